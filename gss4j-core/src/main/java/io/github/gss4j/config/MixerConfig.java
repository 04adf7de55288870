package io.github.gss4j.config;

import java.util.List;
import java.util.Optional;

/** A gated layer by its mixer. */
public sealed interface MixerConfig extends LayerConfig
    permits GssConfig, DsConvConfig, MhesaConfig {
  /** One of each kind of mixer, with its published options: a new kind gets its line here. */
  static List<MixerConfig> kinds() {
    return List.of(GssConfig.PUBLISHED, DsConvConfig.PUBLISHED, MhesaConfig.PUBLISHED);
  }

  /** The mixer's prefix in the layer's parameter names, as published. */
  String prefix();

  /** H, the number of channels of the mixer. */
  int channels();

  /** Adds the mixer's own parameters. */
  void shapes(ParameterShapes p);

  @Override
  default Optional<MixerConfig> mixer(int dim) {
    return Optional.of(this);
  }

  @Override
  default void shapes(ParameterShapes p, int dim, int innerDim) {
    shapes(p.at(prefix()));
    p.norm("norm", dim);
    p.linear("to_u.0", dim, innerDim);
    p.linear("to_v.0", dim, channels());
    p.linear("to_gate", channels(), innerDim);
    p.linearWithBias("to_out", innerDim, dim);
  }

  /** Refuses a number of channels that heads cannot share. */
  static void checkHeads(String widthName, int width, int heads) {
    if (heads < 1 || width < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          widthName
              + " is "
              + width
              + " and heads is "
              + heads
              + ", expected heads of at least 1 that divide "
              + widthName);
    }
  }
}
