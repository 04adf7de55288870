package io.github.gss4j.java;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.ModelConfig;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes the layers that a configuration asks for; those made of a mixer by its {@link MixerKind}.
 */
record Layers(Weights weights, ModelConfig config) {
  /** All of them, on all cores: memory that is new to a process is slow to come. */
  List<Layer> all() {
    List<LayerConfig> layers = config.layers();
    return IntStream.range(0, layers.size())
        .parallel()
        .mapToObj(i -> layer(layers.get(i), "layers." + i + "."))
        .toList();
  }

  private Layer layer(LayerConfig layer, String at) {
    if (layer instanceof MixerConfig gated) {
      return new GatedLayer(
          weights.norm(at + "norm"),
          weights.matrix(at + "to_u.0"),
          weights.matrix(at + "to_v.0"),
          MixerKind.read(weights, gated, at + gated.prefix() + "."),
          weights.matrix(at + "to_gate"),
          weights.linear(at + "to_out"));
    } else if (layer instanceof DssConfig dss) {
      return new StateSpaceBlock(
          StateSpace.read(weights, dss.at(config.dim()), at + "dss."),
          weights.linear(at + "to_out"),
          feedForward(at + "ff."));
    }
    return new Attention(
        (AttentionConfig) layer,
        weights.norm(at + "attn.norm"),
        weights.matrix(at + "attn.to_q"),
        weights.matrix(at + "attn.to_k"),
        weights.matrix(at + "attn.to_v"),
        weights.linear(at + "attn.to_out"),
        feedForward(at + "ff."));
  }

  private FeedForward feedForward(String at) {
    return new FeedForward(
        weights.norm(at + "norm"),
        weights.matrix(at + "to_hidden.0"),
        weights.linear(at + "to_out"));
  }
}
