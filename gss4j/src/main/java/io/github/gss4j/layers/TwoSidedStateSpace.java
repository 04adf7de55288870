package io.github.gss4j.layers;

import io.github.gss4j.ops.Scopes;
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
   * What both say of whole sequences.
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
    long channels = DiagonalStateSpace.channelsAtOnce(x);
    TensorVector groups = new TensorVector();
    for (long from = 0; from < x.size(2); from += channels) {
      long first = from;
      long count = Math.min(channels, x.size(2) - from);
      groups.push_back(
          Scopes.scoped(
              () ->
                  TwoSidedConvolution.apply(
                          x.narrow(2, first, count).transpose(1, 2).contiguous(),
                          weighted.narrow(0, first, count),
                          weightedAfter.narrow(0, first, count))
                      .add(bias.narrow(0, first, count))));
    }
    Tensor y = groups.size() == 1 ? groups.get(0) : torch.cat(groups, 1);
    return y.transpose(1, 2);
  }

  /** What a norm's bias comes to at each place: b Σ_{k≤l} K[k], (H, L). */
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
