package io.github.gss4j.layers;

import static org.bytedeco.pytorch.global.torch.matmul;

import io.github.gss4j.ops.CausalConvolution;
import io.github.gss4j.ops.StateSpaceKernel;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The recurrent form of the channels of a {@link DiagonalStateSpace} that have one step, in real
 * numbers: (…, 2N) holds real parts, then imaginary parts.
 *
 * @param group its number
 * @param lambdaRe Re Λ, (N), float64
 * @param lambdaIm Im Λ, (N), float64
 * @param conjugateC the conjugate of C̃, (H, 2N)
 * @param decay e^Λ, (2N)
 */
record StateSpaceGroup(
    DiagonalStateSpace dss,
    int group,
    Tensor lambdaRe,
    Tensor lambdaIm,
    Tensor conjugateC,
    Tensor decay) {
  List<Tensor> tensors() {
    return List.of(lambdaRe, lambdaIm, conjugateC, decay);
  }

  StateSpaceGroup map(UnaryOperator<Tensor> f) {
    return new StateSpaceGroup(
        dss, group, f.apply(lambdaRe), f.apply(lambdaIm), f.apply(conjugateC), f.apply(decay));
  }

  int channels() {
    return Math.toIntExact(conjugateC.size(0));
  }

  /**
   * Reads tokens.
   *
   * @param s (B, H, 2N)
   * @param u (B, L, H)
   */
  MixerOutput mix(Tensor s, Tensor u) {
    return u.size(1) == 1 ? oneToken(s, u) : tokens(s, u);
  }

  private MixerOutput oneToken(Tensor s, Tensor u) {
    Tensor next = step(s, u);
    Tensor out = torch.addcmul(read(next).transpose(1, 2), u, dss.skip(group));
    return new MixerOutput(out, new MixerState(List.of(next)));
  }

  /** Many tokens at once; the powers of e^Λ serve kernel, memory and next state. */
  private MixerOutput tokens(Tensor s, Tensor u) {
    Tensor in = ChannelGroups.sequenceLast(u); // (B, H, L)
    long length = in.size(-1);
    long reach = StateSpaceKernel.reach(lambdaRe, length, conjugateC.scalar_type());
    Tensor powers = powers(0, reach + 1); // (2N, T+1)
    Tensor next = lastState(s, in, powers);
    Tensor y = outputs(s, in, powers).transpose(1, 2); // (B, L, H)
    return new MixerOutput(y, new MixerState(List.of(next)));
  }

  /** s' = e^Λ s + u for one token: s (B, H, 2N), u (B, 1, H). Few passes: a state is large. */
  private Tensor step(Tensor s, Tensor u) {
    long n = lambdaRe.size(0);
    Tensor parts = s.reshape(s.size(0), s.size(1), 2, n); // real, imaginary
    Tensor input = torch.constant_pad_nd(u.transpose(1, 2).unsqueeze(-1), 0, 0, 0, 1);
    Tensor decayRe = decay.narrow(-1, 0, n);
    Tensor decayIm = decay.narrow(-1, n, n);
    Tensor next = torch.addcmul(input, parts, decayRe); // (B, H, 2, N)
    next.select(2, 0).addcmul_(parts.select(2, 1), decayIm, new Scalar(-1));
    next.select(2, 1).addcmul_(parts.select(2, 0), decayIm);
    return next.view(Tensors.shape(s));
  }

  /** y = Re Σ C̃ s: (B, H, 1). */
  private Tensor read(Tensor s) {
    return s.mul(conjugateC).sum(new long[] {-1}, true, new ScalarTypeOptional());
  }

  /** s_L = e^{ΛL} s + Σ_l e^{Λ(L−1−l)} u_l for u (B, H, L); the sum has the last T inputs. */
  private Tensor lastState(Tensor s, Tensor u, Tensor powers) {
    long length = u.size(-1);
    long reach = powers.size(1) - 1;
    Tensor backwards = powers.narrow(1, 0, reach).flip(1).t(); // (T, 2N)
    Tensor whole =
        reach == length ? powers.select(1, length) : powers(length, length + 1).select(1, 0);
    return times(s, whole).add(matmul(u.narrow(-1, length - reach, reach), backwards));
  }

  /** y_l = (K * u)_l + D u_l + Re Σ_n C̃ e^{Λ(l+1)} s; what is remembered ends after T. */
  private Tensor outputs(Tensor s, Tensor u, Tensor powers) {
    long reach = powers.size(1) - 1;
    Tensor kernel =
        DiagonalStateSpace.withSkip(
            matmul(conjugateC, powers.narrow(1, 0, reach)), dss.skip(group)); // (H, T)
    Tensor weighted = times(s, StateSpaceKernel.conjugate(conjugateC));
    Tensor remembered =
        matmul(StateSpaceKernel.conjugate(weighted), powers.narrow(1, 1, reach)); // (B, H, T)
    return CausalConvolution.apply(u, kernel)
        .add(torch.constant_pad_nd(remembered, 0, u.size(-1) - reach));
  }

  private Tensor powers(long from, long to) {
    return StateSpaceKernel.powers(lambdaRe, lambdaIm, from, to).to(conjugateC.scalar_type());
  }

  private Tensor times(Tensor x, Tensor y) {
    long n = lambdaRe.size(0);
    return StateSpaceKernel.multiply(
        x.narrow(-1, 0, n), x.narrow(-1, n, n), y.narrow(-1, 0, n), y.narrow(-1, n, n));
  }
}
