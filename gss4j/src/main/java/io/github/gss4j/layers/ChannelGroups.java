package io.github.gss4j.layers;

import io.github.gss4j.ops.Scopes;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Convolves a few channels at a time: no more than a cache holds. */
final class ChannelGroups {
  /** Numbers of a group. */
  private static final long SIZE = 1 << 21;

  private ChannelGroups() {}

  /** Convolves the channels of one group. */
  @FunctionalInterface
  interface Convolution {
    /**
     * Convolves.
     *
     * @param u (B, H', L), contiguous
     * @param ofGroup gives the rows of the group, (H', …), of a tensor (H, …)
     * @return (B, H', L)
     */
    Tensor apply(Tensor u, UnaryOperator<Tensor> ofGroup);
  }

  /**
   * Convolves all channels, group by group.
   *
   * @param u (B, L, H)
   * @return (B, L, H)
   */
  static Tensor convolve(Tensor u, Convolution convolution) {
    long all = u.size(2);
    long size = Math.max(1, SIZE / (u.size(0) * u.size(1)));
    if (size >= all) {
      return convolution.apply(sequenceLast(u), UnaryOperator.identity()).transpose(1, 2);
    }
    TensorVector groups = new TensorVector();
    for (long i = 0; i < all; i += size) {
      long from = i;
      long count = Math.min(size, all - from);
      groups.push_back(
          Scopes.scoped(
              () ->
                  convolution.apply(
                      sequenceLast(u.narrow(2, from, count)), t -> t.narrow(0, from, count))));
    }
    return torch.cat(groups, 1).transpose(1, 2); // (B, L, H)
  }

  /** (B, L, H) to contiguous (B, H, L), as the FFT wants it. */
  static Tensor sequenceLast(Tensor u) {
    return u.transpose(1, 2).contiguous();
  }
}
