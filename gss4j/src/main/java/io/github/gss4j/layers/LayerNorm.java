package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalisation over the last dimension: (x − mean)/√(variance + 1e-5) · weight + bias, in the
 * parameters' dtype.
 *
 * @param weight (D)
 * @param bias (D)
 */
public record LayerNorm(Tensor weight, Tensor bias) {
  private static final double EPSILON = 1e-5;

  /** Declares a norm under {@code name.weight} and {@code name.bias}; starts as the identity. */
  public static LayerNorm declare(Parameters p, String name, long dim) {
    return new LayerNorm(
        p.at(name).declare("weight", Role.NORM, Init.constant(1), dim),
        p.at(name).declare("bias", Role.NORM, Init.constant(0), dim));
  }

  /** Normalises (…, D). */
  public Tensor apply(Tensor x) {
    return torch.layer_norm(
        x.to(weight.scalar_type()),
        new long[] {weight.size(0)},
        new TensorOptional(weight),
        new TensorOptional(bias),
        EPSILON,
        false);
  }
}
