package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The second half of a block, each token by itself: out = a + W_2 gelu(W_1·LN(a)) + b_2. */
record FeedForward(LayerNorm norm, Linear toInner, Linear fromInner) {
  /**
   * Declares its parameters.
   *
   * @param dim D
   * @param innerDim F
   */
  static FeedForward declare(Parameters p, int dim, int innerDim) {
    return new FeedForward(
        LayerNorm.declare(p, "norm", dim),
        Linear.declare(p, "to_hidden.0", dim, innerDim),
        Linear.declareWithBias(p, "to_out", innerDim, dim));
  }

  /** (…, D) to (…, D). */
  Tensor apply(Tensor a) {
    Tensor wide = torch.gelu(toInner.apply(norm.apply(a))); // (…, F)
    return fromInner.apply(wide).add(a);
  }
}
