package io.github.gss4j.layers;

import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.ops.Scopes;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link GatedLayer} whose gate opens by what comes before and after a token.
 *
 * <pre>
 * out = W_o( W_g·(past(v) + future(v)) ⊙ u ) + b + x        future(v) = flip(mixer(flip(v)))
 * </pre>
 *
 * <p>Each direction has a mixer of its own, as in S4's bidirectional models (Goel et al. 2022,
 * arXiv 2202.09729); all else is there once. It sees the future, so it has no state and no place in
 * a language model: a {@link SequenceLayer} and not a {@link CausalLayer}. Parameters are those of
 * the gated layer, and the second mixer's under {@code future.}.
 */
final class BidirectionalGatedLayer implements SequenceLayer {
  private final GatedLayer layer;
  private final SequenceMixer future;

  private BidirectionalGatedLayer(GatedLayer layer, SequenceMixer future) {
    this.layer = layer;
    this.future = future;
  }

  /**
   * Declares a layer around two mixers of one kind.
   *
   * @param dim D
   * @param innerDim F, the width of the gated space
   */
  static BidirectionalGatedLayer declare(
      Parameters p, int dim, int innerDim, MixerConfig config, NormKind norm) {
    return new BidirectionalGatedLayer(
        GatedLayer.declare(p, dim, innerDim, config, norm),
        MixerKind.declare(p.at("future").at(config.prefix()), config));
  }

  @Override
  public Tensor forward(Tensor x) {
    return Scopes.scoped(() -> whole(x, layer.norm()));
  }

  /** Each sequence is turned round within its own length. */
  @Override
  public Tensor forward(Tensor x, Lengths lengths) {
    return Scopes.scoped(() -> turned(x, lengths::reverse, layer.norm()));
  }

  @Override
  public Tensor learn(Tensor x, Lengths lengths, boolean full) {
    return Scopes.scoped(
        () -> {
          Norm norm = layer.norm().learning(x, lengths, full);
          return full ? whole(x, norm) : turned(x, lengths::reverse, norm);
        });
  }

  private Tensor whole(Tensor x, Norm norm) {
    if (layer.mixer() instanceof DiagonalStateSpace before
        && future instanceof DiagonalStateSpace after
        && before.readsAtOnce()) {
      return layer.gated(x, TwoSidedStateSpace.apply(before, after, layer.value(x, norm)), norm);
    }
    return turned(x, v -> v.flip(1), norm);
  }

  private Tensor turned(Tensor x, UnaryOperator<Tensor> flip, Norm norm) {
    Tensor v = layer.value(x, norm);
    Tensor before = layer.mixer().kernel(x.size(1)).forward(v);
    Tensor after = future.kernel(x.size(1)).forward(flip.apply(v));
    return layer.gated(x, before.add(flip.apply(after)), norm);
  }
}
