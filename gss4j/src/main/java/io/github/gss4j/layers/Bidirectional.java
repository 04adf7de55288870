package io.github.gss4j.layers;

import io.github.gss4j.config.LayerConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * A layer that reads a sequence in both directions, with parameters of its own for each; for gated
 * layers, see {@link BidirectionalGatedLayer}.
 *
 * <pre>
 * out = past(x) + future(x) − x
 * </pre>
 *
 * <p>Both layers add their residual, so one is taken off again: what each direction has found is
 * added to one residual stream, as S4 and S5 add the two directions' outputs. It sees the future,
 * so it has no state and no place in a language model: a {@link SequenceLayer} and not a {@link
 * CausalLayer}. Parameters are under {@code past.} and {@code future.}.
 */
final class Bidirectional implements SequenceLayer {
  private final CausalLayer past;
  private final Reversed future;

  private Bidirectional(CausalLayer past, CausalLayer future) {
    this.past = past;
    this.future = new Reversed(future);
  }

  /**
   * Declares one layer of each direction.
   *
   * @param dim D
   * @param innerDim F
   */
  static Bidirectional declare(Parameters p, int dim, int innerDim, LayerConfig config) {
    return new Bidirectional(
        Layers.causal(p.at("past"), config, dim, innerDim),
        Layers.causal(p.at("future"), config, dim, innerDim));
  }

  @Override
  public Tensor forward(Tensor x) {
    return past.forward(x).add(future.forward(x)).sub(x);
  }

  @Override
  public Tensor forward(Tensor x, Lengths lengths) {
    return past.forward(x, lengths).add(future.forward(x, lengths)).sub(x);
  }
}
