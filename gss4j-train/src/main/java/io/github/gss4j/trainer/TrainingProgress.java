package io.github.gss4j.trainer;

/**
 * How far training has come; a part of every checkpoint.
 *
 * @param steps taken in all, those skipped among them: the next reads the text behind them
 * @param skipped steps whose loss or gradient was not finite, which left the weights as they were
 * @param skippedInARow as many of them were the last ones
 * @param clipped steps since the layers were last measured whose gradient was clipped
 */
public record TrainingProgress(long steps, long skipped, int skippedInARow, long clipped) {
  /** Before the first step. */
  public static final TrainingProgress NONE = new TrainingProgress(0, 0, 0, 0);

  /** How many updates were made. */
  public long updates() {
    return steps - skipped;
  }

  TrainingProgress moved(boolean clippedToo) {
    return new TrainingProgress(steps + 1, skipped, 0, clipped + (clippedToo ? 1 : 0));
  }

  TrainingProgress skippedOne() {
    return new TrainingProgress(steps + 1, skipped + 1, skippedInARow + 1, clipped);
  }

  TrainingProgress monitored() {
    return new TrainingProgress(steps, skipped, skippedInARow, 0);
  }
}
