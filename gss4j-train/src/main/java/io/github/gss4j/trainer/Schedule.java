package io.github.gss4j.trainer;

/**
 * The learning rate over a run: linear warm-up to the peak, then half a cosine down to a share of
 * it.
 *
 * @param peak the highest rate
 * @param warmupSteps steps of rising; the first has peak/warmupSteps
 * @param steps of the whole run
 * @param finalShare the last step's rate as a share of the peak; 1 keeps it constant
 */
public record Schedule(double peak, long warmupSteps, long steps, double finalShare) {
  /** Checks the ranges. */
  public Schedule {
    Checks.that(warmupSteps >= 0, "warmup", warmupSteps, "0 or more");
    Checks.that(finalShare >= 0 && finalShare <= 1, "final_lr", finalShare, "a share, 0 to 1");
  }

  /**
   * The rate of one step.
   *
   * @param step from 1
   */
  public double at(long step) {
    if (step <= warmupSteps) {
      return peak * step / warmupSteps;
    }
    double done = Math.min(1, (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps));
    return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * done)));
  }
}
