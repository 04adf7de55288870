package io.github.gss4j.layers;

/** A {@link GatedLayer} by its mixer. */
public sealed interface MixerConfig extends LayerConfig
    permits DssConfig, DsConvConfig, MhesaConfig {
  /** The mixer's prefix in the layer's parameter names, as published. */
  String prefix();

  /** H, the number of channels of the mixer. */
  int channels();

  /** Declares the mixer's own parameters. */
  SequenceMixer mixer(Parameters p);

  @Override
  default CausalLayer declare(Parameters p, int dim, int hidden) {
    return GatedLayer.declare(p, dim, hidden, this);
  }

  @Override
  default SequenceLayer declareBidirectional(Parameters p, int dim, int hidden) {
    return BidirectionalGatedLayer.declare(p, dim, hidden, this);
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
