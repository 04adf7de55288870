package io.github.gss4j.layers;

import static org.bytedeco.pytorch.global.torch.matmul;

import com.google.auto.service.AutoService;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.ops.CausalConvolution;
import io.github.gss4j.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A dynamic depthwise convolution (DsConv): the sequence itself says what its kernel is.
 *
 * <pre>
 * y_i = Σ_{k≤i} κ_k u_{i−k} + D ⊙ u_i        κ_k = W x_k, one number per head        u = LN(x)
 * </pre>
 *
 * <table>
 * <caption>Shapes and cost</caption>
 * <tr><td>x, y, u</td><td>(B, L, H)</td></tr>
 * <tr><td>κ</td><td>(B, L, heads)</td></tr>
 * <tr><td>state</td><td>all u so far (B, P, H), all κ so far (B, P, heads), and how many each
 * sequence has read, (B) of int64: <b>it grows with the history</b>, up to {@code max_seq_len};
 * rows are zero beyond their own history</td></tr>
 * <tr><td>parallel</td><td>O(H·L log L) a sequence</td></tr>
 * <tr><td>L tokens after P</td><td>O(H·(P+L) log(P+L)): old outputs meet old kernel values at new
 * lags, so the whole history is convolved</td></tr>
 * <tr><td>one token after P</td><td>O(H·P), no FFT</td></tr>
 * </table>
 *
 * <p>The kernel value of token k acts at lag k, wherever the sequence stands. The published
 * package's flipped, conjugated and rolled FFT amounts to this sum. After Wu et al. 2019 (arXiv
 * 1901.10430), with a kernel as long as the sequence.
 */
final class DynamicConvolution implements SequenceMixer {
  private final DsConvConfig config;
  private final LayerNorm norm;
  private final Linear toWeight;
  private final Tensor paramD;

  private DynamicConvolution(Parameters p, DsConvConfig config) {
    long h = config.channels();
    this.config = config;
    this.norm = LayerNorm.declare(p, "norm", h);
    // κ is a kernel: never below float32
    Tensor weight =
        p.at("to_weight").declare("weight", Role.STATE_SPACE, Init.linear(h), config.heads(), h);
    this.toWeight = new Linear(weight, null, p.precision().base());
    this.paramD = p.declare("param_D", Role.STATE_SPACE, Init.normal(1), h);
  }

  /** Makes the mixer of a configuration. */
  @AutoService(MixerKind.class)
  public static final class Kind extends MixerKind {
    /** Found by its service. */
    public Kind() {
      super(DsConvConfig.class, DynamicConvolution::new);
    }
  }

  /** It derives nothing: the kernel is made of the sequence. */
  @Override
  public Kernel kernel(long length) {
    return this::whole;
  }

  private Tensor whole(Tensor x) {
    checkLength(x.size(1), 0);
    Tensor u = norm.apply(x); // (B, L, H)
    return convolve(u, toWeight.apply(x)).add(u.mul(paramD)); // (B, L, H)
  }

  /** Σ_{k≤i} κ_k u_{i−k}: (B, L, H). */
  private Tensor convolve(Tensor u, Tensor kappa) {
    Tensor kernel = Heads.split(kappa, config.heads()); // (B, heads, 1, L)
    return Heads.join(CausalConvolution.apply(Heads.split(u, config.heads()), kernel));
  }

  /** κ of the first sequence, as a state keeps it. */
  @Override
  public Optional<KernelCurves> curves(MixerState state) {
    Tensor kappa = state.tensors().get(1).select(0, 0).detach(); // (P, heads)
    String across = "token, and the lag at which its κ acts";
    return Optional.of(new KernelCurves("κ", "head", across, false, kappa.t().contiguous()));
  }

  @Override
  public Recurrence recurrence() {
    return this::read;
  }

  @Override
  public MixerState initialState(long batch) {
    return new MixerState(
        List.of(
            Tensors.zerosLike(paramD, batch, 0, config.channels()),
            Tensors.zerosLike(paramD, batch, 0, config.heads()),
            Tensors.zerosLike(paramD, batch).to(ScalarType.Long)));
  }

  private MixerOutput read(Tensor x, MixerState state) {
    Tensor read = state.tensors().get(2); // (B)
    long length = x.size(1);
    long before = Arrays.stream(Tensors.toLongs(read)).max().orElse(0);
    checkLength(length, before);
    Tensor u = norm.apply(x); // (B, L, H)
    Tensor at = Tensors.range(0, length, read).to(ScalarType.Long).add(read.unsqueeze(1)); // (B, L)
    Tensor allU = append(state.tensors().get(0), u, at, before + length); // (B, P+L, H)
    Tensor allKappa = append(state.tensors().get(1), toWeight.apply(x), at, before + length);
    Tensor y = length == 1 ? last(allU, allKappa, read) : rows(convolve(allU, allKappa), at);
    Tensor now = read.add(new Scalar(length));
    return new MixerOutput(
        y.add(u.mul(paramD)), // (B, L, H)
        new MixerState(List.of(allU, allKappa, now)));
  }

  private void checkLength(long length, long before) {
    if (before + length > config.maxSeqLen()) {
      throw new IllegalArgumentException(
          "a dynamic convolution was given "
              + length
              + " tokens after "
              + before
              + ", expected at most max_seq_len = "
              + config.maxSeqLen()
              + " in all: its memory grows with the history; cut the text, or raise max_seq_len");
    }
  }

  /** History (B, P, C) with new rows (B, L, C) put at places (B, L), zero elsewhere: (B, to, C). */
  private static Tensor append(Tensor history, Tensor rows, Tensor at, long to) {
    long kept = Math.min(history.size(1), to);
    Tensor zeros = Tensors.zerosLike(history, history.size(0), to - kept, history.size(2));
    Tensor all = torch.cat(new TensorVector(history.narrow(1, 0, kept), zeros), 1);
    return all.scatter(1, at.unsqueeze(2).expand_as(rows), rows);
  }

  /** The rows at places (B, L) of (B, T, C): (B, L, C). */
  private static Tensor rows(Tensor x, Tensor at) {
    return x.gather(1, at.unsqueeze(2).expand(at.size(0), at.size(1), x.size(2)));
  }

  /** Σ_k κ_k u_{i−k} for the one place i of each sequence, (B): (B, 1, H). κ is zero after i. */
  private Tensor last(Tensor u, Tensor kappa, Tensor i) {
    Tensor k = Tensors.range(0, u.size(1), i).to(ScalarType.Long);
    Tensor lagged = i.unsqueeze(1).sub(k).clamp_min(new Scalar(0L)); // (B, P+1)
    Tensor past = Heads.split(rows(u, lagged), config.heads()); // (B, heads, H/heads, P+1)
    Tensor kernel = Heads.split(kappa, config.heads()).transpose(2, 3); // (B, heads, P+1, 1)
    return Heads.join(matmul(past, kernel));
  }
}
