package io.github.gss4j.ops;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Causal convolution of a whole sequence by FFT.
 *
 * <pre>
 * y[l] = Σ_{k≤l} K[k] u[l−k]          K of T ≤ L taps
 * </pre>
 *
 * <p>Padded to at least L+T−1, the circular convolution does not wrap around: O(L log L). Where the
 * kernel is much shorter than the sequence, blocks of it are cheaper, each read together with the
 * T−1 inputs before it (overlap-save, Stockham 1966): O(L log T). The sequence is last and
 * contiguous, which is 2.5 times faster than transforming along dimension −2.
 */
public final class CausalConvolution {
  /** What gathering a block and cutting it out again costs, as a share of its transforms. */
  private static final double BLOCK_COST = 1.25;

  private CausalConvolution() {}

  /**
   * Convolves every channel with its kernel.
   *
   * @param u (…, L), float32 or float64
   * @param kernel broadcastable to u's leading dimensions, length L or shorter
   * @return (…, L)
   */
  public static Tensor apply(Tensor u, Tensor kernel) {
    return apply(u, kernel, blockLength(u.size(-1), kernel.size(-1)));
  }

  /**
   * A copy with blocks of a chosen length.
   *
   * @param block outputs of a block; L or more reads the sequence as a whole
   */
  public static Tensor apply(Tensor u, Tensor kernel, long block) {
    return Scopes.scoped(() -> block < u.size(-1) ? inBlocks(u, kernel, block) : whole(u, kernel));
  }

  /**
   * How many outputs a block should have: L where blocks are no cheaper than the whole.
   *
   * @param taps of the kernel
   */
  public static long blockLength(long length, long taps) {
    double least = cost(fastLength(length + taps - 1), 1);
    long best = length;
    for (long n = Long.highestOneBit(Math.max(8, 2 * taps)); n < length; n *= 2) {
      long outputs = n - taps + 1;
      double cost = BLOCK_COST * cost(n, (length + outputs - 1) / outputs);
      if (cost < least) {
        least = cost;
        best = outputs;
      }
    }
    return best;
  }

  /** The cost of a number of transforms of length n, without a unit. */
  private static double cost(long n, long transforms) {
    return (double) (transforms * n) * Math.log((double) n);
  }

  private static Tensor whole(Tensor u, Tensor kernel) {
    long length = u.size(-1);
    long n = fastLength(length + kernel.size(-1) - 1);
    return irfft(Scopes.scoped(() -> rfft(u, n).mul(rfft(kernel, n))), n).narrow(-1, 0, length);
  }

  private static Tensor inBlocks(Tensor u, Tensor kernel, long block) {
    long length = u.size(-1);
    long before = kernel.size(-1) - 1;
    long blocks = (length + block - 1) / block;
    long n = before + block;
    Tensor product = // (…, blocks, n/2 + 1)
        Scopes.scoped(
            () -> {
              Tensor padded = torch.constant_pad_nd(u, before, blocks * block - length);
              Tensor windows = padded.unfold(-1, n, block); // (…, blocks, n)
              return rfft(windows, n).mul(rfft(kernel, n).unsqueeze(-2));
            });
    return irfft(product, n)
        .narrow(-1, before, block)
        .flatten(-2, -1) // (…, blocks · block)
        .narrow(-1, 0, length);
  }

  static Tensor rfft(Tensor x, long n) {
    return torch.fft_rfft(x, new LongOptional(n), -1, new StringViewOptional());
  }

  static Tensor irfft(Tensor x, long n) {
    return torch.fft_irfft(x, new LongOptional(n), -1, new StringViewOptional());
  }

  /** The smallest 2^a·3^b·5^c (a ≥ 1) that is at least n: lengths that an FFT handles quickly. */
  static long fastLength(long n) {
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
