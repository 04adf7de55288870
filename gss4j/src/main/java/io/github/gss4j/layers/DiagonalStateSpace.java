package io.github.gss4j.layers;

import static org.bytedeco.pytorch.global.torch.matmul;

import com.google.auto.service.AutoService;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.ops.CausalConvolution;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.ShortConvolution;
import io.github.gss4j.ops.StateSpaceKernel;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
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
  /** Numbers of the channels that are convolved together: what a cache holds. */
  private static final long GROUP = 1 << 21;

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
  public Tensor lambdaRe() {
    return stepped(StateSpaceKernel.lambdaRe(lambdaReal));
  }

  /** Im Λ, (N), float64: a mode's phase a token, in radians. */
  public Tensor lambdaIm() {
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

  private ScalarType type() {
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

  /** What it reads is normalised by this. */
  LayerNorm norm() {
    return norm;
  }

  /** Whether nothing stands between what it is given and its norm. */
  boolean readsAtOnce() {
    return conv == null;
  }

  /** How many channels of x, (B, L, …), a cache holds. */
  static long channelsAtOnce(Tensor x) {
    return Math.max(1, GROUP / (x.size(0) * x.size(1)));
  }

  private Tensor convolve(Tensor x, Tensor kernel) {
    Tensor taps = withSkip(kernel);
    Tensor u = norm.apply(conv == null ? x : convolved(noPast(x.size(0)), x)); // (B, L, H)
    long channels = channelsAtOnce(x);
    if (channels >= u.size(2)) {
      return CausalConvolution.apply(sequenceLast(u), taps).transpose(1, 2); // (B, L, H)
    }
    TensorVector groups = new TensorVector();
    for (long from = 0; from < u.size(2); from += channels) {
      Tensor block = u.narrow(2, from, Math.min(channels, u.size(2) - from));
      Tensor kernels = taps.narrow(0, from, block.size(2));
      groups.push_back(Scopes.scoped(() -> CausalConvolution.apply(sequenceLast(block), kernels)));
    }
    return torch.cat(groups, 1).transpose(1, 2);
  }

  private Tensor convolved(Tensor past, Tensor x) {
    return ShortConvolution.apply(past, x.to(type()), conv);
  }

  private Tensor noPast(long batch) {
    return Tensors.zerosLike(paramD, batch, config.shortConv() - 1L, config.kernelDim());
  }

  /** D ⊙ u is one more value of the kernel, at lag 0. */
  private Tensor withSkip(Tensor kernel) {
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
    Tensor conjugateC = Scopes.scoped(() -> StateSpaceKernel.conjugate(discreteC()).to(type()));
    Tensor decay =
        Scopes.scoped(
            () -> StateSpaceKernel.powers(lambdaRe(), lambdaIm(), 1, 2).select(1, 0).to(type()));
    return new Constants(
        this, Scopes.scoped(this::lambdaRe), Scopes.scoped(this::lambdaIm), conjugateC, decay);
  }

  @Override
  public MixerState initialState(long batch) {
    Tensor zero = Tensors.zerosLike(paramD, batch, config.kernelDim(), 2L * config.stateSize());
    return new MixerState(conv == null ? List.of(zero) : List.of(zero, noPast(batch)));
  }

  /** (B, L, H) to contiguous (B, H, L), as the FFT wants it. */
  private static Tensor sequenceLast(Tensor u) {
    return u.transpose(1, 2).contiguous();
  }

  /**
   * The state's arithmetic, in real numbers: (…, 2N) holds real parts, then imaginary parts.
   *
   * @param lambdaRe Re Λ, (N), float64
   * @param lambdaIm Im Λ, (N), float64
   * @param conjugateC the conjugate of C̃, (H, 2N)
   * @param decay e^Λ, (2N)
   */
  private record Constants(
      DiagonalStateSpace dss, Tensor lambdaRe, Tensor lambdaIm, Tensor conjugateC, Tensor decay)
      implements Recurrence {
    @Override
    public List<Tensor> tensors() {
      return List.of(lambdaRe, lambdaIm, conjugateC, decay);
    }

    @Override
    public Recurrence map(UnaryOperator<Tensor> f) {
      return new Constants(
          dss, f.apply(lambdaRe), f.apply(lambdaIm), f.apply(conjugateC), f.apply(decay));
    }

    @Override
    public MixerOutput mix(Tensor x, MixerState state) {
      Tensor s = state.tensors().get(0); // (B, H, 2N)
      if (dss.conv == null) {
        return mix(s, dss.norm.apply(x));
      }
      Tensor past = state.tensors().get(1); // (B, taps − 1, H)
      MixerOutput mixed = mix(s, dss.norm.apply(dss.convolved(past, x)));
      Tensor last = ShortConvolution.last(past, x.to(dss.type()));
      return new MixerOutput(
          mixed.output(), new MixerState(List.of(mixed.state().tensors().get(0), last)));
    }

    private MixerOutput mix(Tensor s, Tensor u) {
      return u.size(1) == 1 ? oneToken(s, u) : tokens(s, u);
    }

    private MixerOutput oneToken(Tensor s, Tensor u) {
      Tensor next = step(s, u);
      Tensor out = torch.addcmul(read(next).transpose(1, 2), u, dss.paramD);
      return new MixerOutput(out, new MixerState(List.of(next)));
    }

    /** Many tokens at once; the powers of e^Λ serve kernel, memory and next state. */
    private MixerOutput tokens(Tensor s, Tensor u) {
      Tensor in = sequenceLast(u); // (B, H, L)
      long length = in.size(-1);
      long reach = StateSpaceKernel.reach(lambdaRe, length, conjugateC.scalar_type());
      Tensor powers = powers(0, reach + 1); // (2N, T+1)
      Tensor next = lastState(s, in, powers);
      Tensor y = outputs(s, in, powers).transpose(1, 2); // (B, L, H)
      return new MixerOutput(y, new MixerState(List.of(next)));
    }

    /** s' = e^Λ s + u for one token: s (B, H, 2N), u (B, 1, H). Few passes: a state is large. */
    Tensor step(Tensor s, Tensor u) {
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
    Tensor read(Tensor s) {
      return s.mul(conjugateC).sum(new long[] {-1}, true, new ScalarTypeOptional());
    }

    /** s_L = e^{ΛL} s + Σ_l e^{Λ(L−1−l)} u_l for u (B, H, L); the sum has the last T inputs. */
    Tensor lastState(Tensor s, Tensor u, Tensor powers) {
      long length = u.size(-1);
      long reach = powers.size(1) - 1;
      Tensor backwards = powers.narrow(1, 0, reach).flip(1).t(); // (T, 2N)
      Tensor whole =
          reach == length ? powers.select(1, length) : powers(length, length + 1).select(1, 0);
      return times(s, whole).add(matmul(u.narrow(-1, length - reach, reach), backwards));
    }

    /** y_l = (K * u)_l + D u_l + Re Σ_n C̃ e^{Λ(l+1)} s; what is remembered ends after T. */
    Tensor outputs(Tensor s, Tensor u, Tensor powers) {
      long reach = powers.size(1) - 1;
      Tensor kernel = dss.withSkip(matmul(conjugateC, powers.narrow(1, 0, reach))); // (H, T)
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
}
