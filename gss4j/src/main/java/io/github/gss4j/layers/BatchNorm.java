package io.github.gss4j.layers;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalisation of each dimension over a batch (Ioffe and Szegedy 2015, arXiv 1502.03167).
 *
 * <pre>
 * y = (x − mean)/√(variance + ε) · weight + bias
 * learning    mean, variance of the batch's tokens;  running ← 0.9 · running + 0.1 · batch's
 * otherwise   running mean and variance
 * </pre>
 *
 * <p>As PyTorch's {@code BatchNorm1d}: ε is 1e-5, and the running variance is that of n − 1.
 * Padding is not counted. What is not finite in a batch leaves the running statistics as they are.
 *
 * @param weight (D)
 * @param bias (D)
 * @param runningMean (D), changed in place by learning
 * @param runningVar (D), changed in place by learning
 */
record BatchNorm(Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVar)
    implements Norm {
  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;

  /** Declares weight, bias and running statistics. */
  static BatchNorm declare(Parameters p, long dim) {
    return new BatchNorm(
        p.declare("weight", Role.NORM, Init.constant(1), dim),
        p.declare("bias", Role.NORM, Init.constant(0), dim),
        p.declare("running_mean", Role.STATISTIC, Init.constant(0), dim),
        p.declare("running_var", Role.STATISTIC, Init.constant(1), dim));
  }

  @Override
  public Tensor apply(Tensor x) {
    return normalised(x, runningMean, runningVar);
  }

  private Tensor normalised(Tensor x, Tensor mean, Tensor variance) {
    Tensor scale = variance.add(new Scalar(EPSILON)).rsqrt().mul(weight);
    return torch.addcmul(bias, x.to(weight.scalar_type()).sub(mean), scale);
  }

  /** By the batch's statistics, which are counted in once for each backward pass. */
  @Override
  public Norm learning(Tensor x, Lengths lengths, boolean full) {
    Tensor tokens = tokens(x.to(weight.scalar_type()), lengths, full); // (T, D)
    T_TensorTensor_T both =
        torch.var_mean(tokens, new long[] {0}, new ScalarOptional(new Scalar(0L)), false);
    Tensor variance = both.get0();
    Tensor mean = both.get1();
    if (GradMode.is_enabled()) { // a layer to be computed again runs without, first
      double n = tokens.size(0);
      remember(runningMean, mean.detach());
      remember(runningVar, variance.detach().mul(new Scalar(n / (n - 1))));
    }
    return in -> normalised(in, mean, variance);
  }

  private static Tensor tokens(Tensor x, Lengths lengths, boolean full) {
    return full
        ? x.flatten(0, 1)
        : x.masked_select(lengths.mask(x.size(1)).unsqueeze(2)).view(-1, x.size(2));
  }

  private static void remember(Tensor running, Tensor now) {
    try (NoGradGuard guard = new NoGradGuard()) {
      running.lerp_(torch.where(now.isfinite(), now, running), new Scalar(MOMENTUM));
    }
  }
}
