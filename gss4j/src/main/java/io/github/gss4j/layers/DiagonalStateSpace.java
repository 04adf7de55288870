package io.github.gss4j.layers;

import com.google.auto.service.AutoService;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.ops.CausalConvolution;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.ShortConvolution;
import io.github.gss4j.ops.StateSpaceKernel;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A diagonal state space (DSS): every channel is read by N complex modes that all channels share.
 *
 * <pre>
 * parallel    y = K * u + D ⊙ u          K[h,l] = Re Σ_n C̃[h,n] e^{Λ_n l}     (* is convolution)
 * recurrent   s ← e^Λ s + u              y = Re Σ_n C̃[h,n] s[h,n] + D ⊙ u
 *             C̃ = C (e^Λ − 1)/Λ          Λ = −exp(Λ_re) + i·exp(Λ_im)         u = LN(x)
 * </pre>
 *
 * <table>
 * <caption>Shapes and cost</caption>
 * <tr><td>x, y</td><td>(B, L, H)</td></tr>
 * <tr><td>state</td><td>one tensor (B, H, 2N): the complex (B, H, N), real parts first; fixed size.
 * With {@code short_conv} also what it read last, (B, taps − 1, H)</td></tr>
 * <tr><td>parallel</td><td>O(H·L log L) a sequence, and O(H·N·L) for the kernel, once for all</td></tr>
 * <tr><td>recurrent</td><td>O(H·N) a token</td></tr>
 * </table>
 *
 * <p>Mehta et al. 2022 (arXiv 2206.13947), section 3.1; Gupta et al. 2022 (arXiv 2203.14343). Step
 * Δ = 1 and B = 1 are folded in, as in the published package; {@link GssConfig} says what else
 * there is.
 */
public final class DiagonalStateSpace implements SequenceMixer {
  private final GssConfig config;
  private final Tensor conv;
  private final LayerNorm norm;
  private final Tensor lambdaReal;
  private final Tensor lambdaImag;
  private final Tensor cReal;
  private final Tensor cImag;
  private final Tensor paramD;
  private final Tensor logStep;

  private DiagonalStateSpace(Parameters p, GssConfig config) {
    long n = config.stateSize();
    long h = config.kernelDim();
    InitialModes modes = InitialModes.of(config);
    this.config = config;
    this.conv = // short_conv
        config.shortConv() > 0
            ? p.declare(
                "conv.weight",
                Role.STATE_SPACE,
                InitialModes.nearlyIdentity(),
                h,
                config.shortConv())
            : null;
    this.norm = LayerNorm.declare(p, "norm", h);
    this.lambdaReal = p.declare("Lambda_real", Role.DYNAMICS, modes.decays(), n);
    this.lambdaImag = p.declare("Lambda_imag", Role.DYNAMICS, modes.phases(), n);
    this.cReal = p.declare("C_real", Role.STATE_SPACE, modes.c(), h, n);
    this.cImag = p.declare("C_imag", Role.STATE_SPACE, modes.c(), h, n);
    this.paramD = p.declare("param_D", Role.STATE_SPACE, Init.normal(1), h);
    this.logStep = // a new model starts with the published step of 1
        config.learnedStep() ? p.declare("log_step", Role.DYNAMICS, Init.constant(0), n) : null;
  }

  /** Declares a state space's parameters. */
  public static DiagonalStateSpace declare(Parameters p, GssConfig config) {
    return new DiagonalStateSpace(p, config);
  }

  /** Makes the mixer of a configuration. */
  @AutoService(MixerKind.class)
  public static final class Kind extends MixerKind {
    /** Found by its service. */
    public Kind() {
      super(GssConfig.class, DiagonalStateSpace::new);
    }
  }

  /** Re Λ, (N), float64: −1/Re Λ is a mode's time constant in tokens. */
  Tensor lambdaRe() {
    return stepped(StateSpaceKernel.lambdaRe(lambdaReal));
  }

  /** Im Λ, (N), float64: a mode's phase a token, in radians. */
  Tensor lambdaIm() {
    return stepped(StateSpaceKernel.lambdaIm(lambdaImag, config.lambdaImagExp()));
  }

  private Tensor stepped(Tensor lambda) {
    return logStep == null ? lambda : lambda.mul(logStep.to(ScalarType.Double).exp());
  }

  private Tensor discreteC() {
    Tensor c = StateSpaceKernel.discreteC(lambdaRe(), lambdaIm(), cReal, cImag); // (H, 2N)
    if (config.normalizeInput()) {
      return c.mul(StateSpaceKernel.inputScale(lambdaRe()));
    }
    int slow = config.init().slowModes();
    return slow > 0 ? c.mul(StateSpaceKernel.slowInputScale(lambdaRe(), slow)) : c;
  }

  ScalarType type() {
    return paramD.scalar_type();
  }

  /** K, (H, T): it ends where it is below rounding, at the latest after L. */
  @Override
  public Kernel kernel(long length) {
    Tensor values =
        Scopes.scoped(
            () -> {
              Tensor re = lambdaRe();
              long taps = StateSpaceKernel.reach(re, length, type());
              return StateSpaceKernel.kernel(re, lambdaIm(), discreteC(), taps, type());
            });
    return new ConvolutionKernel(values, Math.max(0, config.shortConv() - 1), this::convolve);
  }

  /** K with D in it, (H, T): all that is convolved with u. */
  Tensor taps(long length) {
    return withSkip(kernel(length).tensors().get(0));
  }

  /** D, (H). */
  Tensor skip() {
    return paramD;
  }

  /** What it reads is normalised by this. */
  LayerNorm norm() {
    return norm;
  }

  /** Whether its input goes straight to its norm. */
  boolean readsAtOnce() {
    return conv == null;
  }

  private Tensor convolve(Tensor x, Tensor kernel) {
    Tensor taps = withSkip(kernel);
    Tensor u = norm.apply(conv == null ? x : convolved(noPast(x.size(0)), x)); // (B, L, H)
    return ChannelGroups.convolve(
        u, (part, ofGroup) -> CausalConvolution.apply(part, ofGroup.apply(taps)));
  }

  /** x with its short convolution, after the past. */
  Tensor convolved(Tensor past, Tensor x) {
    return ShortConvolution.apply(past, x.to(type()), conv);
  }

  private Tensor noPast(long batch) {
    return Tensors.zerosLike(paramD, batch, config.shortConv() - 1L, config.kernelDim());
  }

  /** D ⊙ u is one more value of the kernel, at lag 0. */
  Tensor withSkip(Tensor kernel) {
    Tensor first = kernel.narrow(1, 0, 1).add(paramD.unsqueeze(1)); // (H, 1)
    return torch.cat(new TensorVector(first, kernel.narrow(1, 1, kernel.size(1) - 1)), 1);
  }

  @Override
  public Optional<Eigenvalues> modes() {
    try (PointerScope scope = new PointerScope()) {
      return Optional.of(
          new Eigenvalues(
              Tensors.toDoubles(lambdaRe().detach()), Tensors.toDoubles(lambdaIm().detach())));
    }
  }

  @Override
  public Optional<KernelCurves> curves(long lags) {
    Tensor values = kernel(lags).tensors().get(0).detach(); // (H, T)
    return Optional.of(new KernelCurves("K", "channel", "lag in tokens", false, values));
  }

  @Override
  public Recurrence recurrence() {
    return new StateSpaceRecurrence(
        this,
        Scopes.scoped(this::lambdaRe),
        Scopes.scoped(this::lambdaIm),
        Scopes.scoped(() -> StateSpaceKernel.conjugate(discreteC()).to(type())),
        Scopes.scoped(
            () -> StateSpaceKernel.powers(lambdaRe(), lambdaIm(), 1, 2).select(1, 0).to(type())));
  }

  @Override
  public MixerState initialState(long batch) {
    Tensor zero = Tensors.zerosLike(paramD, batch, config.kernelDim(), 2L * config.stateSize());
    return new MixerState(conv == null ? List.of(zero) : List.of(zero, noPast(batch)));
  }
}
