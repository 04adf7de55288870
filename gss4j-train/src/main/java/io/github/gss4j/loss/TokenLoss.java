package io.github.gss4j.loss;

import io.github.gss4j.loss.Alternating.Turn;
import org.bytedeco.pytorch.Tensor;

/** A loss that is a mean over tokens, taken from the logits slice by slice. */
public non-sealed interface TokenLoss extends Objective {
  /**
   * Prepares for one micro-batch; what it holds is in the caller's scope.
   *
   * @param inputs ids (B, L) that the model reads
   */
  Batch begin(Tensor inputs);

  /** Itself, at every turn. */
  @Override
  default TokenLoss at(Turn turn) {
    return this;
  }

  /** The loss of one micro-batch's tokens. */
  @FunctionalInterface
  interface Batch {
    /**
     * The losses of some tokens in a row, summed.
     *
     * @param logits (T, V) of the model
     * @param targets (T) ids that follow
     * @param from the first token's place among all B·L, in row-major order
     */
    Sums sums(Tensor logits, Tensor targets, long from);
  }

  /**
   * Sums over tokens, each a scalar in the logits' dtype.
   *
   * @param loss what is to become less
   * @param crossEntropy for the record, in nats
   */
  record Sums(Tensor loss, Tensor crossEntropy) {}
}
