package io.github.gss4j.serve.decode;

import io.github.gss4j.generation.DecodingRow;
import io.github.gss4j.generation.Session;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A prompt to read, and what comes after it. Any thread may cancel, pause and resume it; all else
 * belongs to the decode thread.
 */
public abstract class Job {
  private final int[] prompt;
  private final Optional<String> from;
  private final List<DecodingRow> rows = new CopyOnWriteArrayList<>();
  private volatile RuntimeException failure;
  private volatile boolean paused;
  private boolean ended;

  /**
   * A job.
   *
   * @param from the id of the state to continue from
   */
  Job(int[] prompt, Optional<String> from) {
    this.prompt = prompt.clone();
    this.from = from;
  }

  final int[] prompt() {
    return prompt;
  }

  final Optional<String> from() {
    return from;
  }

  /** How many rows of the batch it takes. */
  int width() {
    return 1;
  }

  /** How many tokens each of its texts has at most, its prompt among them. */
  long mostTokens() {
    return prompt.length;
  }

  /** Whether a state that has read the beginning of the prompt serves as well. */
  boolean mayReuse() {
    return from.isEmpty();
  }

  /** Reads a slice of the prompt. */
  void read(Session session, int[] slice) {
    session.read(slice);
  }

  /**
   * The prompt is read.
   *
   * @param session is the job's from now on
   * @param cachedTokens how many tokens were known before
   * @param loop to write in
   */
  abstract void begin(Session session, int cachedTokens, DecodeLoop loop);

  /** Is called once when the job fails, after which it gives nothing more. */
  abstract void failed(RuntimeException error);

  /** Ends it within a step or a slice, and calls nobody. */
  final void cancel() {
    fail(new CancelledException());
  }

  /** Ends it within a step or a slice, and tells its listener the error. */
  final void fail(RuntimeException error) {
    synchronized (this) {
      if (failure == null) {
        failure = error;
      }
    }
    rows.forEach(DecodingRow::cancel);
  }

  /** Keeps its rows where they are. */
  public final void pause() {
    paused = true;
    rows.forEach(DecodingRow::pause);
  }

  /** Lets them continue; the loop must be woken. */
  public final void resume() {
    paused = false;
    rows.forEach(DecodingRow::resume);
  }

  final void joined(DecodingRow row) {
    rows.add(row);
    if (failure != null) {
      row.cancel();
    }
    if (paused) {
      row.pause();
    }
  }

  final RuntimeException failure() {
    return failure;
  }

  /** Whether it has ended; its listener is not called any more then. */
  final boolean ended() {
    return ended;
  }

  /** Marks its end, once. */
  final void end(RuntimeException error) {
    if (!ended) {
      ended = true;
      if (error != null && !(error instanceof CancelledException)) {
        failed(error);
      }
    }
  }

  /** Cancels it. */
  private static final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CancelledException() {
      super("cancelled", null, false, false);
    }
  }
}
