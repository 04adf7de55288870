package io.github.gss4j.evaluation;

import io.github.gss4j.evaluation.Evaluator.Result;

/**
 * A text's loss in two parts.
 *
 * @param far of far repeats: tokens that end {@value FarRepeats#BYTES} bytes which were read
 *     before, last more than {@value FarRepeats#DISTANCE} bytes ago
 * @param rest of all others
 */
public record SplitLoss(Result far, Result rest) {
  /** Both parts together. */
  public Result all() {
    return far.plus(rest);
  }

  /** Share of bytes that far repeats have; of tokens where bytes are not known. */
  public double farShare() {
    return far.bytes() + rest.bytes() == 0
        ? (double) far.tokens() / (far.tokens() + rest.tokens())
        : (double) far.bytes() / (far.bytes() + rest.bytes());
  }

  SplitLoss plus(SplitLoss more) {
    return new SplitLoss(far.plus(more.far), rest.plus(more.rest));
  }
}
