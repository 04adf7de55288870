package io.github.gss4j.ops;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Causal convolution of a whole sequence by FFT, in O(L log L).
 *
 * <pre>
 * y[l] = Σ_{k≤l} K[k] u[l−k]
 * </pre>
 *
 * <p>Both are padded to at least 2L−1 so that the circular convolution does not wrap around. The
 * sequence lies last and contiguous, which is 2.5 times faster than transforming along dimension
 * −2.
 */
public final class CausalConvolution {
  private CausalConvolution() {}

  /**
   * Convolves every channel with its kernel.
   *
   * @param u (…, L), float32 or float64
   * @param kernel broadcastable to u's leading dimensions, length L or shorter
   * @return (…, L)
   */
  public static Tensor apply(Tensor u, Tensor kernel) {
    long length = u.size(-1);
    long n = fastLength(length + kernel.size(-1) - 1);
    Tensor product = rfft(u, n).mul(rfft(kernel, n));
    return torch
        .fft_irfft(product, new LongOptional(n), -1, new StringViewOptional())
        .narrow(-1, 0, length);
  }

  private static Tensor rfft(Tensor x, long n) {
    return torch.fft_rfft(x, new LongOptional(n), -1, new StringViewOptional());
  }

  /** The smallest 2^a·3^b·5^c (a ≥ 1) that is at least n: lengths that an FFT handles quickly. */
  public static long fastLength(long n) {
    long best = Long.MAX_VALUE;
    for (long five = 1; five < 2 * n; five *= 5) {
      for (long three = five; three < 2 * n; three *= 3) {
        long x = 2 * three;
        while (x < n) {
          x *= 2;
        }
        best = Math.min(best, x);
      }
    }
    return best;
  }
}
