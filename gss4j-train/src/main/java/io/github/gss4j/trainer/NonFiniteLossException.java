package io.github.gss4j.trainer;

/** A loss or gradient that is not a finite number: training cannot go on from it. */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NonFiniteLossException(long step, double loss, double gradNorm, double lr) {
    super(
        String.format(
            "step %d: loss %s, gradient norm %s: not finite, so training stops before the weights"
                + " are spoilt. Likely cause: the learning rate (%.3g now) is too high; try a"
                + " smaller --lr, more --warmup or a smaller --grad-clip",
            step, loss, gradNorm, lr));
  }

  /** As above, naming the checkpoint to go on from. */
  NonFiniteLossException(NonFiniteLossException first, String lastGood) {
    super(first.getMessage() + ". " + lastGood, first);
  }
}
