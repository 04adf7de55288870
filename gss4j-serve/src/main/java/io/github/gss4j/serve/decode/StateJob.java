package io.github.gss4j.serve.decode;

import io.github.gss4j.generation.Session;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A prompt to read and keep. */
public final class StateJob extends Job {
  private final CompletableFuture<Read> read = new CompletableFuture<>();

  /**
   * The result.
   *
   * @param cachedTokens how many tokens of the prompt were known before
   */
  public record Read(KeptState state, int cachedTokens) {}

  /**
   * A job.
   *
   * @param from the id of the state to continue from
   */
  public StateJob(int[] prompt, Optional<String> from) {
    super(prompt, from);
  }

  /** The result, completed on the decode thread. */
  public CompletableFuture<Read> read() {
    return read;
  }

  @Override
  void begin(Session session, int cachedTokens, DecodeLoop loop) {
    try {
      KeptState state = loop.states().keep(session);
      loop.end(this, failure());
      read.complete(new Read(state, cachedTokens));
    } catch (RuntimeException e) {
      session.close();
      loop.end(this, e);
    }
  }

  @Override
  void failed(RuntimeException error) {
    read.completeExceptionally(error);
  }
}
