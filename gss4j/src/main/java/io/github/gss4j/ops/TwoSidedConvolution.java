package io.github.gss4j.ops;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Convolution of a whole sequence with a kernel of the past and one of the future, by one FFT.
 *
 * <pre>
 * y[l] = Σ_{k≤l} P[k] u[l−k] + Σ_{k≤L−1−l} F[k] u[l+k]
 * </pre>
 *
 * <p>A kernel of the future is the complex conjugate of one of the past; padded to L + T − 1
 * neither wraps around to where it is read. O(L log L).
 */
public final class TwoSidedConvolution {
  private TwoSidedConvolution() {}

  /**
   * Convolves every channel with its two kernels.
   *
   * @param u (…, L), float32 or float64
   * @param past P by lag, broadcastable to u's leading dimensions, of length L or shorter
   * @param future F by lag, as {@code past}
   * @return (…, L)
   */
  public static Tensor apply(Tensor u, Tensor past, Tensor future) {
    long length = u.size(-1);
    long taps = Math.max(past.size(-1), future.size(-1));
    long n = CausalConvolution.fastLength(length + taps - 1);
    return Scopes.scoped(
        () -> {
          Tensor both = rfft(past, n).add(rfft(future, n).conj_physical());
          return torch
              .fft_irfft(rfft(u, n).mul(both), new LongOptional(n), -1, new StringViewOptional())
              .narrow(-1, 0, length);
        });
  }

  private static Tensor rfft(Tensor x, long n) {
    return torch.fft_rfft(x, new LongOptional(n), -1, new StringViewOptional());
  }
}
