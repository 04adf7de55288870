package io.github.gss4j.trainer;

/**
 * An optimizer's settings.
 *
 * @param decoupledDecay AdamW; otherwise Adam
 * @param lr {@code lr}, the peak learning rate
 * @param beta1 {@code beta1}
 * @param beta2 {@code beta2}
 * @param eps {@code eps}
 * @param weightDecay {@code weight_decay}
 * @param decayAll {@code weight_decay_on: all}; otherwise {@code matrices}: no decay on state-space
 *     parameters, biases and norms
 * @param gradClip {@code grad_clip}, the most that the global norm of the gradient may be; 0 is off
 */
public record OptimizerConfig(
    boolean decoupledDecay,
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decayAll,
    double gradClip) {
  /** Checks the ranges. */
  public OptimizerConfig {
    Checks.that(lr > 0 && lr < 1e3, "lr", lr, "above 0");
    Checks.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1");
    Checks.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1");
    Checks.that(eps > 0, "eps", eps, "above 0");
    Checks.that(weightDecay >= 0, "weight_decay", weightDecay, "0 or more");
    Checks.that(gradClip >= 0, "grad_clip", gradClip, "0 (off) or more");
  }

  /** {@code adam} or {@code adamw}. */
  public String name() {
    return decoupledDecay ? "adamw" : "adam";
  }

  /** {@code all} or {@code matrices}. */
  public String weightDecayOn() {
    return decayAll ? "all" : "matrices";
  }
}
