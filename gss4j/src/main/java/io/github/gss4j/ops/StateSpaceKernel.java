package io.github.gss4j.ops;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.matmul;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The convolution kernel of a diagonal state space.
 *
 * <pre>
 * K[h,l] = Re Σ_n C̃[h,n] e^{Λ_n l}      C̃ = C (e^Λ − 1)/Λ      l = 0 … L−1
 * </pre>
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><td>Λ</td><td>(N) complex, shared by all channels, Re Λ &lt; 0</td></tr>
 * <tr><td>C</td><td>(H, N) complex</td></tr>
 * <tr><td>K</td><td>(H, L) real: the sequence comes last, as the convolution wants it</td></tr>
 * </table>
 *
 * <p>Everything is real arithmetic: a complex (…, N) tensor is a real (…, 2N) one, real parts
 * first. With l = cT + t the powers factor, e^{Λl} = e^{ΛcT} · e^{Λt}, so that only N·(T + L/T)
 * exponentials are taken and the kernel is one product of (L/T·H, 2N) with (2N, T). Phases are
 * computed in float64: Im Λ·l reaches 1e5 radians and more, where float32 has lost the fraction
 * (measured: relative error 1e-4 and growing with l). Cost O(H·N·L).
 *
 * <p>Mehta et al. 2022 (arXiv 2206.13947), section 3.1 and pseudocode; Gupta et al. 2022 (DSS).
 */
public final class StateSpaceKernel {
  /** What a mode's exponential at one lag costs, in nanoseconds. */
  private static final long EXPONENTIAL = 17;

  /** What one number of C̃ costs that is shifted to a block's start, in nanoseconds. */
  private static final long SHIFTED = 12;

  private StateSpaceKernel() {}

  /**
   * The powers e^{Λ_n l} for l in [from, to).
   *
   * @param lambdaRe real part of Λ, (N), float64
   * @param lambdaIm imaginary part of Λ, (N), float64
   * @return (2N, to − from), float64: real parts, then imaginary parts
   */
  public static Tensor powers(Tensor lambdaRe, Tensor lambdaIm, long from, long to) {
    Tensor l = Tensors.range(from, to, lambdaRe).unsqueeze(0); // (1, T)
    return powersAt(lambdaRe, lambdaIm, l);
  }

  private static Tensor powersAt(Tensor lambdaRe, Tensor lambdaIm, Tensor l) {
    Tensor decay = lambdaRe.unsqueeze(1).mul(l).exp(); // (N, T)
    Tensor phase = lambdaIm.unsqueeze(1).mul(l);
    return cat(new TensorVector(decay.mul(phase.cos()), decay.mul(phase.sin())), 0); // (2N, T)
  }

  /**
   * C̃ = C (e^Λ − 1)/Λ, exact also where Λ is small: e^{a+ib} − 1 = (expm1(a) cos b − 2 sin²(b/2))
   * + i e^a sin b.
   *
   * @param cRe real part of C, (H, N)
   * @param cIm imaginary part of C, (H, N)
   * @return (H, 2N), float64: real parts, then imaginary parts
   */
  public static Tensor discreteC(Tensor lambdaRe, Tensor lambdaIm, Tensor cRe, Tensor cIm) {
    Tensor halfSine = lambdaIm.mul(new Scalar(0.5)).sin();
    Tensor numeratorRe =
        lambdaRe.expm1().mul(lambdaIm.cos()).sub(halfSine.mul(halfSine).mul(new Scalar(2.0)));
    Tensor numeratorIm = lambdaRe.exp().mul(lambdaIm.sin());
    Tensor norm = lambdaRe.mul(lambdaRe).add(lambdaIm.mul(lambdaIm));
    Tensor stepRe = numeratorRe.mul(lambdaRe).add(numeratorIm.mul(lambdaIm)).div(norm);
    Tensor stepIm = numeratorIm.mul(lambdaRe).sub(numeratorRe.mul(lambdaIm)).div(norm);
    Tensor re = cRe.to(ScalarType.Double);
    Tensor im = cIm.to(ScalarType.Double);
    return multiply(re, im, stepRe, stepIm);
  }

  /**
   * γ/√N for the real and the imaginary parts: with it a mode's energy does not depend on how slow
   * it is, nor the kernel's on how many modes there are.
   *
   * @return (2N), float64
   */
  public static Tensor inputScale(Tensor lambdaRe) {
    Tensor scale = gamma(lambdaRe).div(new Scalar(Math.sqrt((double) lambdaRe.size(0))));
    return cat(new TensorVector(scale, scale), 0);
  }

  /**
   * The step for the first modes and γ for the last ones, for the real and the imaginary parts.
   *
   * @param slow how many have γ
   * @param step of the channels, (1), float64
   * @return (2N), float64
   */
  public static Tensor slowInputScale(Tensor lambdaRe, long slow, Tensor step) {
    long fast = lambdaRe.size(0) - slow;
    Tensor steps = step.expand(fast);
    Tensor gamma = gamma(lambdaRe.narrow(0, fast, slow));
    return cat(new TensorVector(steps, gamma, steps, gamma), 0);
  }

  /** √(1 − |e^Λ|²). */
  private static Tensor gamma(Tensor lambdaRe) {
    return lambdaRe.mul(new Scalar(2.0)).expm1().neg().sqrt();
  }

  /** (a + ib)(c + id) as real parts, then imaginary parts, along the last dimension. */
  public static Tensor multiply(Tensor a, Tensor b, Tensor c, Tensor d) {
    return cat(new TensorVector(a.mul(c).sub(b.mul(d)), a.mul(d).add(b.mul(c))), -1);
  }

  /** The complex conjugate of a (…, 2N) tensor, so that Re Σ x·y is one real product. */
  public static Tensor conjugate(Tensor x) {
    long n = x.size(-1) / 2;
    return cat(new TensorVector(x.narrow(-1, 0, n), x.narrow(-1, n, n).neg()), -1);
  }

  /**
   * How many lags matter: what the slowest mode still holds beyond them is below rounding.
   *
   * <pre>
   * T = (ln 1/ε + 4) / |Re Λ|     of the slowest mode     e^{Re Λ·T} = ε/55
   * </pre>
   *
   * <p>Beyond T a mode has less than ε of its own sum Σ_l |e^{Λl}|, and, as (1 + |Re Λ|T)·e^{-4} is
   * below 1 for float32 and float64 alike, less than ε of Σ_l l·|e^{Λl}|, by which Λ is learned: a
   * kernel that ends at T has the values and the gradients of an endless one.
   *
   * @param lambdaRe real part of Λ, (N), float64
   * @param type the dtype whose rounding counts
   * @return T ≥ 1, at most {@code length}
   */
  public static long reach(Tensor lambdaRe, long length, ScalarType type) {
    double slowest = -Tensors.value(lambdaRe.detach().max());
    double digits = type.intern() == ScalarType.Double ? 53 : 24;
    double lags = (digits * Math.log(2) + 4) / slowest;
    return lags < length ? Math.max(1, (long) Math.ceil(lags)) : length; // NaN: all of it
  }

  /**
   * The kernel of length L.
   *
   * @param discreteC C̃ as {@link #discreteC} gives it, (H, 2N), float64
   * @param type the dtype of the result and of its one large product
   * @return (H, L)
   */
  public static Tensor kernel(
      Tensor lambdaRe, Tensor lambdaIm, Tensor discreteC, long length, ScalarType type) {
    long channels = discreteC.size(0);
    long modes = lambdaRe.size(0);
    long block = blockLength(length, channels);
    long blocks = (length + block - 1) / block;
    Tensor within = powers(lambdaRe, lambdaIm, 0, block).to(type); // (2N, T)
    if (blocks == 1) {
      return matmul(conjugate(discreteC).to(type), within); // (H, L)
    }
    Tensor starts = Tensors.range(0, blocks, lambdaRe).mul(new Scalar((double) block)).unsqueeze(0);
    Tensor start = powersAt(lambdaRe, lambdaIm, starts).t().unsqueeze(1); // (L/T, 1, 2N)
    Tensor shifted =
        multiply(
            discreteC.narrow(-1, 0, modes),
            discreteC.narrow(-1, modes, modes),
            start.narrow(-1, 0, modes),
            start.narrow(-1, modes, modes)); // (L/T, H, 2N)
    Tensor perBlock = matmul(conjugate(shifted).to(type), within); // (L/T, H, T)
    return perBlock
        .transpose(0, 1)
        .reshape(channels, blocks * block)
        .narrow(1, 0, length)
        .contiguous(); // (H, L)
  }

  /**
   * The T at which the exponentials within a block and the shifted C̃ of all blocks cost least; L
   * where they cost less without blocks.
   */
  private static long blockLength(long length, long channels) {
    long least = EXPONENTIAL * length;
    long best = length;
    for (long block = 64; block < length; block *= 2) {
      long blocks = (length + block - 1) / block;
      long cost = EXPONENTIAL * block + SHIFTED * channels * blocks;
      if (cost < least) {
        least = cost;
        best = block;
      }
    }
    return best;
  }

  /** Λ from its parameters: −exp(Λ_re) and exp(Λ_im) (or Λ_im itself), in float64. */
  public static Tensor lambdaRe(Tensor logNegativeRe) {
    return logNegativeRe.to(ScalarType.Double).exp().neg();
  }

  /** The imaginary part of Λ from its parameter, in float64. */
  public static Tensor lambdaIm(Tensor parameter, boolean exponentiate) {
    Tensor value = parameter.to(ScalarType.Double);
    return exponentiate ? torch.exp(value) : value;
  }
}
