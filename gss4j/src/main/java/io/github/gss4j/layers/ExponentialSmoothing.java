package io.github.gss4j.layers;

import static org.bytedeco.pytorch.global.torch.log_sigmoid;
import static org.bytedeco.pytorch.global.torch.matmul;

import com.google.auto.service.AutoService;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.ops.CausalConvolution;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.StateSpaceKernel;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Multi-head exponential smoothing (MHESA): each head forgets at a learned rate.
 *
 * <pre>
 * parallel    y = K * u + D ⊙ u          K[l] = α q^l      (* is convolution)
 * recurrent   s ← q s + u                y = α s + D ⊙ u
 *             α = σ(alphas)              q = (1 − α) σ(dampen_factors)        u = LN(x)
 * </pre>
 *
 * <table>
 * <caption>Shapes and cost</caption>
 * <tr><td>x, y</td><td>(B, L, H)</td></tr>
 * <tr><td>α, q</td><td>(heads)</td></tr>
 * <tr><td>state</td><td>one tensor (B, H); fixed size</td></tr>
 * <tr><td>parallel</td><td>O(H·L log L) a sequence</td></tr>
 * <tr><td>recurrent</td><td>O(H) a token</td></tr>
 * </table>
 *
 * <p>log q is taken by log-sigmoids and q^l = e^{l·log q}, in float64. After Woo et al. 2022,
 * ETSformer (arXiv 2202.01381), in the published package's form: without differencing, without an
 * initial value, and with the damping σ(dampen_factors) on the whole decay.
 */
final class ExponentialSmoothing implements SequenceMixer {
  private final MhesaConfig config;
  private final LayerNorm norm;
  private final Tensor alphas;
  private final Tensor dampenFactors;
  private final Tensor paramD;

  private ExponentialSmoothing(Parameters p, MhesaConfig config) {
    Init normal = Init.normal(1);
    this.config = config;
    this.norm = LayerNorm.declare(p, "norm", config.channels());
    this.alphas = p.declare("alphas", Role.DYNAMICS, normal, config.heads());
    this.dampenFactors = p.declare("dampen_factors", Role.DYNAMICS, normal, config.heads());
    this.paramD = p.declare("param_D", Role.STATE_SPACE, normal, config.channels());
  }

  /** Makes the mixer of a configuration. */
  @AutoService(MixerKind.class)
  public static final class Kind extends MixerKind {
    /** Found by its service. */
    public Kind() {
      super(MhesaConfig.class, ExponentialSmoothing::new);
    }
  }

  private ScalarType type() {
    return paramD.scalar_type();
  }

  /** α, (heads, 1), float64. */
  private Tensor alpha() {
    return alphas.to(ScalarType.Double).sigmoid().unsqueeze(1);
  }

  /** log q, (heads, 1), float64. */
  private Tensor logDecay() {
    Tensor logKept = log_sigmoid(alphas.to(ScalarType.Double).neg()); // log(1 − α)
    return logKept.add(log_sigmoid(dampenFactors.to(ScalarType.Double))).unsqueeze(1);
  }

  /** q^l for l in [from, to): (heads, to − from), float64. */
  private static Tensor powers(Tensor logDecay, long from, long to) {
    return logDecay.mul(Tensors.range(from, to, logDecay)).exp();
  }

  /** K, (heads, T): it ends where it is below rounding, at the latest after L. */
  @Override
  public Kernel kernel(long length) {
    Tensor values =
        Scopes.scoped(
            () -> {
              Tensor decay = logDecay();
              long taps = StateSpaceKernel.reach(decay, length, type());
              return alpha().mul(powers(decay, 0, taps)).to(type());
            });
    return new ConvolutionKernel(values, this::convolve);
  }

  private Tensor convolve(Tensor x, Tensor kernel) {
    Tensor u = norm.apply(x); // (B, L, H)
    Tensor perHead = Heads.split(u, config.heads()); // (B, heads, H/heads, L)
    Tensor y = CausalConvolution.apply(perHead, kernel.unsqueeze(1));
    return Heads.join(y).add(u.mul(paramD)); // (B, L, H)
  }

  @Override
  public Optional<KernelCurves> curves(long lags) {
    Tensor values = kernel(lags).tensors().get(0).detach(); // (heads, T)
    return Optional.of(new KernelCurves("K", "head", "lag in tokens", true, values));
  }

  @Override
  public Recurrence recurrence() {
    return new Constants(this, Scopes.scoped(this::alpha), Scopes.scoped(this::logDecay));
  }

  @Override
  public MixerState initialState(long batch) {
    return new MixerState(List.of(Tensors.zerosLike(paramD, batch, config.channels())));
  }

  /**
   * The state's arithmetic: s (B, heads, H/heads, 1), u (B, heads, H/heads, L).
   *
   * @param alpha α, (heads, 1), float64
   * @param logDecay log q, (heads, 1), float64
   */
  private record Constants(ExponentialSmoothing mhesa, Tensor alpha, Tensor logDecay)
      implements Recurrence {
    @Override
    public List<Tensor> tensors() {
      return List.of(alpha, logDecay);
    }

    @Override
    public Recurrence map(UnaryOperator<Tensor> f) {
      return new Constants(mhesa, f.apply(alpha), f.apply(logDecay));
    }

    @Override
    public MixerOutput mix(Tensor x, MixerState state) {
      int heads = mhesa.config.heads();
      Tensor u = mhesa.norm.apply(x); // (B, L, H)
      Tensor perHead = Heads.split(u, heads); // (B, heads, H/heads, L)
      Tensor s = Heads.split(state.tensors().get(0).unsqueeze(1), heads); // (…, 1)
      boolean oneToken = x.size(1) == 1;
      Tensor next = oneToken ? step(s, perHead) : lastState(s, perHead);
      Tensor y = oneToken ? read(next) : outputs(s, perHead);
      Tensor out = Heads.join(y).add(u.mul(mhesa.paramD)); // (B, L, H)
      return new MixerOutput(out, new MixerState(List.of(Heads.join(next).squeeze(1))));
    }

    /** s' = q s + u for one token. */
    Tensor step(Tensor s, Tensor u) {
      return s.mul(decays(1, 2)).add(u);
    }

    /** y = α s. */
    Tensor read(Tensor s) {
      return s.mul(alpha.unsqueeze(1).to(mhesa.type()));
    }

    /** s_L = q^L s + Σ_l q^{L−1−l} u_l. */
    Tensor lastState(Tensor s, Tensor u) {
      long length = u.size(-1);
      Tensor backwards = decays(0, length).flip(2).transpose(1, 2); // (heads, L, 1)
      return s.mul(decays(length, length + 1)).add(matmul(u, backwards));
    }

    /** y_l = (K * u)_l + α q^{l+1} s. */
    Tensor outputs(Tensor s, Tensor u) {
      long length = u.size(-1);
      Tensor remembered = s.mul(decays(1, length + 1)); // (B, heads, H/heads, L)
      Tensor kernel = decays(0, StateSpaceKernel.reach(logDecay, length, mhesa.type()));
      return read(CausalConvolution.apply(u, kernel).add(remembered));
    }

    /** (heads, 1, to − from). */
    private Tensor decays(long from, long to) {
      return powers(logDecay, from, to).unsqueeze(1).to(mhesa.type());
    }
  }
}
