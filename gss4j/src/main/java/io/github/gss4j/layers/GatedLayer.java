package io.github.gss4j.layers;

import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Segment;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The gated layer: a mixer in a narrow space gates a wide one.
 *
 * <pre>
 * u   = gelu(W_u·LN(x))                    (B, L, F)
 * v   = gelu(W_v·LN(x))                    (B, L, H)
 * out = W_o( W_g·mixer(v) ⊙ u ) + b + x    (B, L, D)
 * </pre>
 *
 * <p>With {@link DiagonalStateSpace} as the mixer this is the Gated State Space layer of Mehta et
 * al. 2022 (arXiv 2206.13947), section 3.2 and its pseudocode. Dense products cost O(D·F) a token.
 */
public final class GatedLayer implements CausalLayer {
  /** Numbers of a block where nothing is recorded: 8,192 tokens of 512. */
  private static final long BLOCK = 1 << 22;

  /** How many times what it looks back on a block should be long. */
  private static final long REACHES = 4;

  private final Norm norm;
  private final Linear toV;
  private final SequenceMixer mixer;
  private final Gate gate;

  private GatedLayer(
      Parameters p, int dim, int innerDim, int mixerDim, SequenceMixer mixer, NormKind norm) {
    this.norm = Norm.declare(norm, p, "norm", dim);
    Linear toU = Linear.declare(p, "to_u.0", dim, innerDim);
    this.toV = Linear.declare(p, "to_v.0", dim, mixerDim);
    this.mixer = mixer;
    Linear toContext = Linear.declare(p, "to_gate", mixerDim, innerDim);
    this.gate = new Gate(toU, toContext, Linear.declareWithBias(p, "to_out", innerDim, dim));
  }

  /**
   * Declares a layer around a mixer.
   *
   * @param dim D
   * @param innerDim F, the width of the gated space
   */
  public static GatedLayer declare(Parameters p, int dim, int innerDim, MixerConfig config) {
    return declare(p, dim, innerDim, config, NormKind.LAYER);
  }

  /** Declares a layer around a mixer, with a norm of another kind before the gate. */
  static GatedLayer declare(
      Parameters p, int dim, int innerDim, MixerConfig config, NormKind norm) {
    SequenceMixer mixer = MixerKind.declare(p.at(config.prefix()), config);
    return new GatedLayer(p, dim, innerDim, config.channels(), mixer, norm);
  }

  @Override
  public SequenceMixer mixer() {
    return mixer;
  }

  /** The mixer's: {@link #forward(Tensor, Kernel)} puts the gate around it. */
  @Override
  public Kernel kernel(long length) {
    return mixer.kernel(length);
  }

  @Override
  public Tensor forward(Tensor x, Kernel kernel) {
    long before = kernel.reach();
    long block = Math.max(BLOCK / (x.size(0) * x.size(2)), REACHES * before);
    boolean inBlocks = !GradMode.is_enabled() && before < x.size(1) && block < x.size(1);
    return Scopes.scoped(() -> inBlocks ? inBlocks(x, kernel, block) : whole(x, kernel, norm));
  }

  @Override
  public Tensor learn(Tensor x, Lengths lengths, boolean full) {
    return Scopes.scoped(() -> whole(x, kernel(x.size(1)), norm.learning(x, lengths, full)));
  }

  private Tensor whole(Tensor x, Kernel kernel, Norm now) {
    return gated(x, Scopes.scoped(() -> kernel.forward(value(x, now))), now); // (B, L, D)
  }

  /**
   * Block by block, each with the tokens before it that its first output depends on: memory for one
   * block and the result, however long the sequence.
   */
  private Tensor inBlocks(Tensor x, Kernel kernel, long block) {
    Tensor out = torch.empty_like(x);
    for (long from = 0; from < x.size(1); from += block) {
      long before = Math.min(from, kernel.reach());
      long length = Math.min(block, x.size(1) - from);
      Tensor input = x.narrow(1, from - before, before + length);
      Tensor output = out.narrow(1, from, length);
      Scopes.run(
          () -> {
            Tensor mixed = Scopes.scoped(() -> kernel.forward(value(input, norm)));
            Tensor context = mixed.narrow(1, before, length);
            output.copy_(gated(input.narrow(1, before, length), context, norm));
          });
    }
    return out;
  }

  /** Remembers x, LN(x), W_u·LN(x) and what the mixer's graph holds. */
  @Override
  public Segment segment(Tensor x, Forward forward, boolean recompute) {
    return GatedSegment.forward(
        gate,
        x,
        in -> {
          Tensor normed = norm.apply(in);
          Tensor v = torch.gelu(toV.apply(normed));
          return List.of(normed, Scopes.scoped(() -> forward.of(mixer, v)));
        },
        recompute);
  }

  /** The mixer's: {@link #mix(Tensor, MixerState, Recurrence)} puts the gate around it. */
  @Override
  public Recurrence recurrence() {
    return mixer.recurrence();
  }

  @Override
  public MixerState initialState(long batch) {
    return mixer.initialState(batch);
  }

  @Override
  public MixerOutput mix(Tensor x, MixerState state, Recurrence recurrence) {
    MixerOutput mixed = recurrence.mix(value(x, norm), state);
    return new MixerOutput(gated(x, mixed.output(), norm), mixed.state());
  }

  /** Normalises what the layer reads. */
  Norm norm() {
    return norm;
  }

  /** gelu(W_v·LN(x)), normalised as is said: (B, L, H). */
  Tensor value(Tensor x, Norm now) {
    Tensor rows = x.flatten(0, 1); // (T, D)
    Tensor v =
        Slices.of(rows.size(0), toV.weight().size(1))
            .map((from, n) -> torch.gelu(toV.apply(now.apply(rows.narrow(0, from, n)))));
    return v.view(x.size(0), x.size(1), -1);
  }

  /** The gate's output and x: (B, L, D). */
  Tensor gated(Tensor x, Tensor context, Norm now) {
    Tensor rows = x.flatten(0, 1); // (T, D)
    Tensor contexts = context.flatten(0, 1); // (T, H)
    Tensor out =
        Slices.of(rows.size(0), gate.toU().weight().size(0))
            .map(
                (from, n) -> {
                  Tensor in = rows.narrow(0, from, n);
                  Tensor wide = gate.wide(now.apply(in));
                  return gate.apply(wide, contexts.narrow(0, from, n)).add(in);
                });
    return out.view(Tensors.shape(x));
  }
}
