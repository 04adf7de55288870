package io.github.gss4j.layers;

import io.github.gss4j.ops.TwoSidedConvolution;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Two state spaces that read one sequence, the past and the future, as one convolution.
 *
 * <pre>
 * y = K₁ * (x̂ w₁ + b₁) + K₂ ⋆ (x̂ w₂ + b₂)        x̂ = (v − mean)/√(variance + ε)
 *   = (w₁K₁ * + w₂K₂ ⋆) x̂ + b₁ Σ_{k≤l} K₁[k] + b₂ Σ_{k≤L−1−l} K₂[k]
 * </pre>
 *
 * <p>* looks back and ⋆ ahead. The norms' weights go into the kernels, so that a sequence is
 * normalised once and transformed once each way, instead of twice. As S4 does (Goel et al. 2022,
 * arXiv 2202.09729), whose two directions share one input.
 */
final class TwoSidedStateSpace {
  private TwoSidedStateSpace() {}

  /**
   * The sum of both directions over whole sequences.
   *
   * @param v (B, L, H)
   * @return (B, L, H)
   */
  static Tensor apply(DiagonalStateSpace past, DiagonalStateSpace future, Tensor v) {
    long length = v.size(1);
    Tensor before = past.taps(length); // (H, T)
    Tensor after = future.taps(length);
    Tensor bias =
        shift(before, past.norm(), length).add(shift(after, future.norm(), length).flip(1));
    Tensor weighted = before.mul(past.norm().weight().unsqueeze(1));
    Tensor weightedAfter = after.mul(future.norm().weight().unsqueeze(1));
    Tensor x = past.norm().standardised(v); // (B, L, H)
    return ChannelGroups.convolve(
        x,
        (part, ofGroup) ->
            TwoSidedConvolution.apply(part, ofGroup.apply(weighted), ofGroup.apply(weightedAfter))
                .add(ofGroup.apply(bias)));
  }

  /** What a norm's bias adds at each place: b Σ_{k≤l} K[k], (H, L). */
  private static Tensor shift(Tensor taps, LayerNorm norm, long length) {
    Tensor sums = taps.cumsum(1); // (H, T)
    Tensor whole =
        taps.size(1) == length
            ? sums
            : torch.cat(
                new TensorVector(
                    sums, sums.narrow(1, taps.size(1) - 1, 1).expand(-1, length - taps.size(1))),
                1);
    return whole.mul(norm.bias().unsqueeze(1));
  }
}
