package io.github.gss4j.layers;

/** Which layer, and its sizes and options: a model is made of a list of them. */
public sealed interface LayerConfig permits MixerConfig, PlainDssConfig, AttentionConfig {
  /** The name by which configurations call such a layer: {@code gss}, {@code dsconv}, …. */
  String kind();

  /**
   * Declares the layer's parameters.
   *
   * @param dim D, the width of the residual stream
   * @param hidden F, the width of the gated space or of the feed-forward part
   */
  CausalLayer declare(Parameters p, int dim, int hidden);

  /** Declares the parameters of such a layer that reads in both directions. */
  default SequenceLayer declareBidirectional(Parameters p, int dim, int hidden) {
    return Bidirectional.declare(p, dim, hidden, this);
  }
}
