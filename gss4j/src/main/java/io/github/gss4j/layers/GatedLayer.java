package io.github.gss4j.layers;

import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.ops.Cut;
import io.github.gss4j.ops.Scopes;
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

  private final LayerNorm norm;
  private final Dense toV;
  private final SequenceMixer mixer;
  private final Gate gate;

  private GatedLayer(Parameters p, int dim, int hidden, int mixerDim, SequenceMixer mixer) {
    this.norm = LayerNorm.declare(p, "norm", dim);
    Dense toU = Dense.declare(p, "to_u.0", dim, hidden);
    this.toV = Dense.declare(p, "to_v.0", dim, mixerDim);
    this.mixer = mixer;
    Dense toContext = Dense.declare(p, "to_gate", mixerDim, hidden);
    this.gate = new Gate(toU, toContext, Dense.declareWithBias(p, "to_out", hidden, dim));
  }

  /**
   * Declares a layer around a mixer.
   *
   * @param dim D
   * @param hidden F, the width of the gated space
   */
  public static GatedLayer declare(Parameters p, int dim, int hidden, MixerConfig config) {
    SequenceMixer mixer = Layers.mixer(p.at(config.prefix()), config);
    return new GatedLayer(p, dim, hidden, config.channels(), mixer);
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
    return Scopes.scoped(() -> inBlocks ? inBlocks(x, kernel, block) : whole(x, kernel));
  }

  private Tensor whole(Tensor x, Kernel kernel) {
    return gated(x, Scopes.scoped(() -> kernel.forward(value(x)))); // (B, L, D)
  }

  /**
   * Block by block, each with the tokens before it that its first output still feels: the memory of
   * one block beside the result, however long the sequence.
   */
  private Tensor inBlocks(Tensor x, Kernel kernel, long block) {
    Tensor out = torch.empty_like(x);
    for (long from = 0; from < x.size(1); from += block) {
      long before = Math.min(from, kernel.reach());
      Tensor some = x.narrow(1, from - before, before + Math.min(block, x.size(1) - from));
      Tensor here = out.narrow(1, from, some.size(1) - before);
      Scopes.run(
          () -> {
            Tensor context = Scopes.scoped(() -> kernel.forward(value(some)));
            Tensor felt = context.narrow(1, before, here.size(1));
            here.copy_(gated(some.narrow(1, before, here.size(1)), felt));
          });
    }
    return out;
  }

  /** Remembers x, LN(x), W_u·LN(x) and what the mixer's graph holds. */
  @Override
  public Cut cut(Tensor x, Reading reading, boolean recompute) {
    return GatedCut.forward(
        gate,
        x,
        in -> {
          Tensor normed = norm.apply(in);
          Tensor v = torch.gelu(toV.apply(normed));
          return List.of(normed, Scopes.scoped(() -> reading.of(mixer, v)));
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
  public Mixed mix(Tensor x, MixerState state, Recurrence recurrence) {
    Mixed mixed = recurrence.mix(value(x), state);
    return new Mixed(gated(x, mixed.output()), mixed.state());
  }

  /** gelu(W_v·LN(x)): (B, L, H). */
  Tensor value(Tensor x) {
    Tensor rows = x.flatten(0, 1); // (T, D)
    Tensor v =
        Slices.of(rows.size(0), toV.weight().size(1))
            .map((from, n) -> torch.gelu(toV.apply(norm.apply(rows.narrow(0, from, n)))));
    return v.view(x.size(0), x.size(1), -1);
  }

  /** The gate's output and x: (B, L, D). */
  Tensor gated(Tensor x, Tensor context) {
    Tensor rows = x.flatten(0, 1); // (T, D)
    Tensor contexts = context.flatten(0, 1); // (T, H)
    Tensor out =
        Slices.of(rows.size(0), gate.toU().weight().size(0))
            .map(
                (from, n) -> {
                  Tensor in = rows.narrow(0, from, n);
                  Tensor wide = gate.wide(norm.apply(in));
                  return gate.apply(wide, contexts.narrow(0, from, n)).add(in);
                });
    return out.view(Tensors.shape(x));
  }
}
