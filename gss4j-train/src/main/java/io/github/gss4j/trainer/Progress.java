package io.github.gss4j.trainer;

/**
 * How far training has come; a part of every checkpoint.
 *
 * @param steps taken in all, those skipped among them: the next reads the text behind them
 * @param skipped steps whose loss or gradient was not finite, which left the weights as they were
 * @param skippedInARow as many of them were the last ones
 * @param clipped steps since the layers were last looked at whose gradient was clipped
 */
public record Progress(long steps, long skipped, int skippedInARow, long clipped) {
  /** Before the first step. */
  public static final Progress NONE = new Progress(0, 0, 0, 0);

  /** How often the weights were moved. */
  public long updates() {
    return steps - skipped;
  }

  Progress moved(boolean clippedToo) {
    return new Progress(steps + 1, skipped, 0, clipped + (clippedToo ? 1 : 0));
  }

  Progress skippedOne() {
    return new Progress(steps + 1, skipped + 1, skippedInARow + 1, clipped);
  }

  Progress watched() {
    return new Progress(steps, skipped, skippedInARow, 0);
  }
}
