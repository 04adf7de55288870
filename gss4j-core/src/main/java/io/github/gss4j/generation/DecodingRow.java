package io.github.gss4j.generation;

import io.github.gss4j.engine.Scores;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * One sequence of a {@link DecodingBatch}: its prompt, how it continues, and what it has written.
 *
 * <p>Any thread may cancel, pause and resume it; all else belongs to the thread that steps the
 * batch.
 */
public final class DecodingRow {
  /** Where a row stands. */
  enum Phase {
    READING,
    WRITING,
    ENDED
  }

  private final Session session;
  private final boolean closesSession;
  private final GenerationOptions options;
  private final DecodingListener listener;
  private final Sampler sampler;
  private final Transcript transcript;
  private final int[] prompt;
  private final long before;
  private int promptRead;
  private Phase phase = Phase.READING;
  private float[] logits;
  private Generated result;
  private String rest;
  private RuntimeException error;
  private volatile boolean cancelled;
  private volatile boolean paused;

  DecodingRow(
      Session session,
      boolean closesSession,
      int[] prompt,
      Tokenizer tokenizer,
      GenerationOptions options,
      DecodingListener listener) {
    this.session = session;
    this.closesSession = closesSession;
    this.prompt = prompt;
    this.before = session.tokensRead();
    this.options = options;
    this.listener = listener;
    this.sampler =
        new Sampler(options.sampling(), id -> tokenizer == null || tokenizer.isToken(id));
    this.transcript = new Transcript(tokenizer, options.stop());
    Arrays.stream(prompt).forEach(sampler::note);
    if (prompt.length == 0) {
      logits = session.knownLogits();
      phase = Phase.WRITING;
    }
  }

  /** Notes tokens that its session has read before, for the repetition penalty. */
  public void note(int... ids) {
    Arrays.stream(ids).forEach(sampler::note);
  }

  /** Ends it before its next token or slice; its result is what was written so far. */
  public void cancel() {
    cancelled = true;
  }

  /** Pauses it, while the others step, until {@link #resume}. */
  public void pause() {
    paused = true;
  }

  /** Resumes it. */
  public void resume() {
    paused = false;
  }

  /** How many tokens of its prompt were read. */
  public int promptRead() {
    return promptRead;
  }

  /** How many tokens it has written. */
  public int written() {
    return transcript.length();
  }

  /** Whether it has ended. */
  public boolean ended() {
    return phase == Phase.ENDED;
  }

  /**
   * The result.
   *
   * @throws IllegalStateException if it has not ended
   * @throws RuntimeException if it ended by an error, that error
   */
  public Generated result() {
    if (error != null) {
      throw error;
    }
    if (result == null) {
      throw new IllegalStateException("the sequence has not ended: step the batch until it has");
    }
    return result;
  }

  boolean isCancelled() {
    return cancelled;
  }

  boolean isPaused() {
    return paused;
  }

  Phase phase() {
    return phase;
  }

  Session session() {
    return session;
  }

  float[] logits() {
    return logits;
  }

  /** How many tokens its text has: all that was read before, the prompt, and what is written. */
  long tokens() {
    return before + prompt.length + transcript.length();
  }

  /** Reads the next slice of its prompt. */
  void readSlice(int most) {
    int to = Math.min(prompt.length, promptRead + most);
    session.readBlock(Arrays.copyOfRange(prompt, promptRead, to), to == prompt.length);
    promptRead = to;
    if (to == prompt.length) {
      logits = session.knownLogits();
      phase = Phase.WRITING;
    }
  }

  /**
   * Chooses the next token by the logits, and ends the row where that is the last.
   *
   * @return the token, to be read next where the row continues
   */
  OptionalInt choose() {
    if (transcript.length() == options.maxNewTokens()) {
      end(Generated.Reason.LENGTH);
      return OptionalInt.empty();
    }
    int id = sampler.next(logits);
    if (options.endToken().isPresent() && options.endToken().getAsInt() == id) {
      listener.endToken(token(id, ""));
      end(Generated.Reason.END_TOKEN);
      return OptionalInt.of(id);
    }
    String text = transcript.accept(id);
    boolean more = listener.token(token(id, text));
    if (transcript.stopped()) {
      end(Generated.Reason.STOP_TEXT);
    } else if (transcript.length() == options.maxNewTokens()) {
      end(Generated.Reason.LENGTH);
    } else if (!more) {
      end(Generated.Reason.CANCELLED);
    }
    return OptionalInt.of(id);
  }

  private Token token(int id, String text) {
    if (options.logProbabilities().isEmpty()) {
      return new Token(id, text, Double.NaN, List.of());
    }
    Scores scores = Scores.of(logits, id, options.logProbabilities().getAsInt());
    return new Token(id, text, scores.logProbability(0), scores.top(0));
  }

  /** Ends it; {@link #finish} follows once its session has its state. */
  void end(Generated.Reason reason) {
    phase = Phase.ENDED;
    rest = transcript.end();
    result = transcript.result(transcript.stopped() ? Generated.Reason.STOP_TEXT : reason);
  }

  /** Ends it by an error. */
  void fail(RuntimeException failure) {
    phase = Phase.ENDED;
    error = failure;
  }

  /**
   * Tells its listener, and frees what it owns.
   *
   * @param last a token that was chosen and is not read: the session's first to read next
   */
  void finish(OptionalInt last) {
    if (last.isPresent()) {
      session.give(session.take(), null, last);
    }
    try {
      if (error != null) {
        listener.failed(error);
      } else {
        listener.ended(rest, result);
      }
    } finally {
      if (closesSession) {
        session.close();
      }
    }
  }
}
