package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalisation over the last dimension: (x − mean)/√(variance + ε) · weight + bias, in the
 * parameters' dtype.
 *
 * @param weight (D)
 * @param bias (D)
 * @param epsilon ε
 */
public record LayerNorm(Tensor weight, Tensor bias, double epsilon) implements Norm {
  /** A norm with ε = 1e-5. */
  public LayerNorm(Tensor weight, Tensor bias) {
    this(weight, bias, 1e-5);
  }

  /** Declares a norm under {@code name.weight} and {@code name.bias}; starts as the identity. */
  public static LayerNorm declare(Parameters p, String name, long dim) {
    return new LayerNorm(
        p.at(name).declare("weight", Role.NORM, Init.constant(1), dim),
        p.at(name).declare("bias", Role.NORM, Init.constant(0), dim));
  }

  /** A copy with another ε. */
  public LayerNorm withEpsilon(double other) {
    return new LayerNorm(weight, bias, other);
  }

  @Override
  public Tensor apply(Tensor x) {
    return normalised(x, new TensorOptional(weight), new TensorOptional(bias));
  }

  /** (x − mean)/√(variance + ε) alone, without weight and bias. */
  Tensor standardised(Tensor x) {
    return normalised(x, new TensorOptional(), new TensorOptional());
  }

  private Tensor normalised(Tensor x, TensorOptional scale, TensorOptional shift) {
    return torch.layer_norm(
        x.to(weight.scalar_type()), new long[] {weight.size(0)}, scale, shift, epsilon, false);
  }
}
