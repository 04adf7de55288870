package io.github.gss4j.serve.decode;

import io.github.gss4j.generation.Session;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A prompt that is being read. */
final class PendingPrompt {
  private final Job job;
  private final int branch;
  private PendingPrompt leader;
  private int until;
  private CompletableFuture<Session> source;
  private Session session;
  private int cachedTokens;
  private int at;

  /**
   * A prompt of which nothing is read yet.
   *
   * @param branch where it parts from all prompts that were read before
   */
  PendingPrompt(Job job, int branch) {
    this.job = job;
    this.branch = branch;
  }

  Job job() {
    return job;
  }

  int[] prompt() {
    return job.prompt();
  }

  /** How many tokens of the prompt are known. */
  int at() {
    return at;
  }

  int cachedTokens() {
    return cachedTokens;
  }

  /** Lets another read the tokens that both begin with. */
  void follow(PendingPrompt other, int tokens) {
    leader = other;
    until = tokens;
  }

  /** Whether another still reads what both begin with. */
  boolean follows() {
    if (leader != null && (leader.at >= until || leader.isOver())) {
      leader = null;
    }
    return leader != null;
  }

  boolean isOver() {
    return job.ended() || job.failure() != null || (session == null && source == null && at > 0);
  }

  boolean hasSource() {
    return source != null || session != null;
  }

  /** Continues from a state that has read so many tokens of the prompt, once it is there. */
  void continueFrom(CompletableFuture<Session> state, int tokens) {
    source = state;
    cachedTokens = tokens;
    at = tokens;
  }

  /** Drops the state that it continued from. */
  void startAgain() {
    close();
    cachedTokens = 0;
    at = 0;
  }

  /** Whether its state is there. */
  boolean isReady() {
    if (session == null && source != null && source.isDone()) {
      CompletableFuture<Session> done = source;
      source = null;
      session = done.join();
    }
    return session != null;
  }

  Session session() {
    return session;
  }

  /** Reads the next tokens, at most so many; stops where a state is worth keeping. */
  int readSome(int most) {
    int to = Math.min(prompt().length, at + most);
    int mark = (at / Prefixes.EVERY + 1) * Prefixes.EVERY;
    to = Math.min(to, mark);
    if (branch > at) {
      to = Math.min(to, branch);
    }
    int[] slice = Arrays.copyOfRange(prompt(), at, to);
    job.read(session, slice);
    at = to;
    return slice.length;
  }

  /** Whether others may want to continue from here. */
  boolean isWorthKeeping() {
    return at == prompt().length || at % Prefixes.EVERY == 0 || at == branch;
  }

  /** Gives its state away. */
  Session take() {
    Session taken = session;
    session = null;
    return taken;
  }

  void close() {
    if (session != null) {
      session.close();
      session = null;
    }
    if (source != null) {
      CompletionStage<Session> abandoned = source;
      abandoned.thenAccept(Session::close);
      source = null;
    }
  }
}
