package io.github.gss4j.config;

/** Which layer, and its sizes and options: a model is made of a list of them. */
public sealed interface LayerConfig permits MixerConfig, PlainDssConfig, AttentionConfig {
  /** The name by which configurations call such a layer: {@code gss}, {@code dsconv}, …. */
  String kind();

  /**
   * Adds the names and shapes of the layer's parameters, in the order of declaration.
   *
   * @param dim D, the width of the residual stream
   * @param hidden F, the width of the gated space or of the feed-forward part
   */
  void shapes(ParameterShapes p, int dim, int hidden);
}
