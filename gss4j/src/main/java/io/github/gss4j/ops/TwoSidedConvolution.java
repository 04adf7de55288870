package io.github.gss4j.ops;

import static io.github.gss4j.ops.CausalConvolution.irfft;
import static io.github.gss4j.ops.CausalConvolution.rfft;

import org.bytedeco.pytorch.Tensor;

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
          return irfft(rfft(u, n).mul(both), n).narrow(-1, 0, length);
        });
  }
}
