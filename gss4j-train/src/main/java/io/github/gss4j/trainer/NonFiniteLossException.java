package io.github.gss4j.trainer;

import java.util.Locale;

/** Steps in a row whose loss or gradient is not a finite number: training does not continue so. */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NonFiniteLossException(long step, int inARow, StepMetrics result) {
    super(
        String.format(
            Locale.ROOT,
            "step %d: loss %s, gradient norm %s: not finite, %d in a row, so training stops; the"
                + " weights are as they were before. Likely cause: the learning rate (%.3g now) is"
                + " too high; try a smaller --lr, more --warmup or a smaller --grad-clip",
            step,
            result.loss(),
            result.gradNorm(),
            inARow,
            result.learningRate()));
  }

  /** As above, naming the checkpoint to continue from. */
  public NonFiniteLossException(NonFiniteLossException first, String lastGood) {
    super(first.getMessage() + ". " + lastGood, first);
  }
}
