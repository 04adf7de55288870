package io.github.gss4j.layers;

import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
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
  /** Numbers in the gated space of a slice: 4,096 tokens of 2,048. */
  private static final long SLICE = 1 << 23;

  private final LayerNorm norm;
  private final Dense toU;
  private final Dense toV;
  private final SequenceMixer mixer;
  private final Dense toGate;
  private final Dense toOut;

  private GatedLayer(Parameters p, int dim, int hidden, int mixerDim, SequenceMixer mixer) {
    this.norm = LayerNorm.declare(p, "norm", dim);
    this.toU = Dense.declare(p, "to_u.0", dim, hidden);
    this.toV = Dense.declare(p, "to_v.0", dim, mixerDim);
    this.mixer = mixer;
    this.toGate = Dense.declare(p, "to_gate", mixerDim, hidden);
    this.toOut = Dense.declareWithBias(p, "to_out", hidden, dim);
  }

  /**
   * Declares a layer around a mixer.
   *
   * @param dim D
   * @param hidden F, the width of the gated space
   */
  public static GatedLayer declare(Parameters p, int dim, int hidden, MixerConfig config) {
    SequenceMixer mixer = config.mixer(p.at(config.prefix()));
    return new GatedLayer(p, dim, hidden, config.channels(), mixer);
  }

  /** What carries information along the sequence. */
  public SequenceMixer mixer() {
    return mixer;
  }

  @Override
  public List<Tensor> kernel(long length) {
    return mixer.kernel(length);
  }

  @Override
  public Tensor forward(Tensor x, List<Tensor> kernel) {
    return Scopes.scoped(
        () -> {
          Tensor normed = norm.apply(x);
          Tensor context = Scopes.scoped(() -> mixer.forward(value(normed), kernel));
          return gate(x, normed, context);
        });
  }

  @Override
  public List<Tensor> constants() {
    return mixer.constants();
  }

  @Override
  public MixerState initialState(long batch) {
    return mixer.initialState(batch);
  }

  @Override
  public Mixed mix(Tensor x, MixerState state, List<Tensor> constants) {
    Tensor normed = norm.apply(x);
    Mixed mixed = mixer.mix(value(normed), state, constants);
    return new Mixed(gate(x, normed, mixed.output()), mixed.state());
  }

  private Tensor value(Tensor normed) {
    return torch.gelu(toV.apply(normed)); // (B, L, H)
  }

  private Tensor gate(Tensor x, Tensor normed, Tensor context) {
    return Scopes.scoped(() -> inSlices(normed, context)).add(x); // (B, L, D)
  }

  /**
   * What remains once the mixer has run knows no neighbours, so it is taken in slices of tokens: a
   * backward pass then has wide gradients of one slice at a time.
   */
  private Tensor inSlices(Tensor normed, Tensor context) {
    long slice = Math.max(1, SLICE / toU.weight().size(0));
    if (normed.size(0) * normed.size(1) <= slice) {
      return slice(normed, context);
    }
    TensorVector norms = normed.flatten(0, 1).split(slice, 0); // each (slice, D)
    TensorVector contexts = context.flatten(0, 1).split(slice, 0); // each (slice, H)
    TensorVector slices = new TensorVector();
    for (long i = 0; i < norms.size(); i++) {
      long at = i;
      slices.push_back(Scopes.scoped(() -> slice(norms.get(at), contexts.get(at))));
    }
    return torch.cat(slices, 0).view(Tensors.shape(normed));
  }

  private Tensor slice(Tensor normed, Tensor context) {
    Tensor u = torch.gelu(toU.apply(normed)); // (…, F)
    return toOut.apply(toGate.apply(context).mul(u)); // (…, D)
  }
}
