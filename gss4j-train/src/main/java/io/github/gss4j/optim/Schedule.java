package io.github.gss4j.optim;

import io.github.gss4j.config.Checks;

/**
 * The learning rate over a run: linear warm-up to the peak, then a decay.
 *
 * @param peak the highest rate
 * @param warmupSteps steps of rising; the first has peak/warmupSteps
 * @param steps of the whole run
 * @param decay how it comes down
 */
public record Schedule(double peak, long warmupSteps, long steps, Decay decay) {
  /** Checks the ranges. */
  public Schedule {
    Checks.that(warmupSteps >= 0, "warmup", warmupSteps, "0 or more");
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
    long total = Math.max(1, steps - warmupSteps);
    long done = Math.min(total, step - warmupSteps);
    double share = decay.finalLr();
    return peak * (share + (1 - share) * decay.left(done, total));
  }
}
