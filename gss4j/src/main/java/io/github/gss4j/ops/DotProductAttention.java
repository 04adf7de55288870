package io.github.gss4j.ops;

import java.util.OptionalDouble;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762, equation 1).
 *
 * <pre>
 * y = softmax(q kᵀ · scale) v
 * </pre>
 *
 * <p>On a CPU, bfloat16 heads are attended in float32: libtorch multiplies them one number at a
 * time there, which makes a training step with one such layer in four five times as long.
 */
public final class DotProductAttention {
  private DotProductAttention() {}

  /**
   * Attends.
   *
   * @param q (B, heads, L, d)
   * @param k (B, heads, K, d)
   * @param v (B, heads, K, d)
   * @param mask which keys each query sees, to be broadcast to (B, heads, L, K); may be undefined
   * @param causal whether a query sees the keys up to its own place; then without a mask
   * @param scale 1/√d unless given
   * @return (B, heads, L, d), of q's dtype
   */
  public static Tensor apply(
      Tensor q, Tensor k, Tensor v, TensorOptional mask, boolean causal, OptionalDouble scale) {
    ScalarType type = q.scalar_type().intern();
    if (type == ScalarType.BFloat16 && !q.is_cuda()) {
      ScalarType wide = ScalarType.Float;
      return attend(q.to(wide), k.to(wide), v.to(wide), mask, causal, scale).to(type);
    }
    return attend(q, k, v, mask, causal, scale);
  }

  private static Tensor attend(
      Tensor q, Tensor k, Tensor v, TensorOptional mask, boolean causal, OptionalDouble scale) {
    DoubleOptional factor =
        scale.isPresent() ? new DoubleOptional(scale.getAsDouble()) : new DoubleOptional();
    return torch.scaled_dot_product_attention(q, k, v, mask, 0.0, causal, factor, false);
  }
}
