package io.github.gss4j.layers;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.config.StackConfig;
import java.util.ArrayList;
import java.util.List;

/** Makes the layers that configurations ask for; those made of a mixer by its {@link MixerKind}. */
public final class Layers {
  private Layers() {}

  /**
   * Declares a causal layer's parameters.
   *
   * @param dim D, the width of the residual stream
   * @param innerDim F, the width of the gated space or of the feed-forward part
   */
  public static CausalLayer causal(Parameters p, LayerConfig config, int dim, int innerDim) {
    return causal(p, config, dim, innerDim, NormKind.LAYER);
  }

  private static CausalLayer causal(
      Parameters p, LayerConfig config, int dim, int innerDim, NormKind norm) {
    if (config instanceof MixerConfig gated) {
      return GatedLayer.declare(p, dim, innerDim, gated, norm);
    } else if (config instanceof DssConfig dss) {
      return StateSpaceBlock.declare(p, dim, innerDim, dss.at(dim));
    }
    return TransformerBlock.declare(p, dim, innerDim, (AttentionConfig) config);
  }

  /** Declares the parameters of a layer that reads in both directions. */
  static SequenceLayer bidirectional(
      Parameters p, LayerConfig config, int dim, int innerDim, NormKind norm) {
    return config instanceof MixerConfig gated
        ? BidirectionalGatedLayer.declare(p, dim, innerDim, gated, norm)
        : Bidirectional.declare(p, dim, innerDim, config);
  }

  /** Declares all layers of a stack, each under its number. */
  public static List<CausalLayer> causal(Parameters p, StackConfig stack) {
    return causal(p, stack, NormKind.LAYER);
  }

  /**
   * Declares all layers of a stack, each under its number.
   *
   * @param norm of the gated layers
   */
  public static List<CausalLayer> causal(Parameters p, StackConfig stack, NormKind norm) {
    List<CausalLayer> made = new ArrayList<>();
    for (LayerConfig layer : stack.layers()) {
      Parameters numbered = p.at(Integer.toString(made.size()));
      made.add(causal(numbered, layer.inLayer(made.size()), stack.dim(), stack.innerDim(), norm));
    }
    return List.copyOf(made);
  }

  /**
   * Declares all layers of a stack that reads in both directions.
   *
   * @param norm of the gated layers
   */
  public static List<SequenceLayer> bidirectional(Parameters p, StackConfig stack, NormKind norm) {
    List<SequenceLayer> made = new ArrayList<>();
    for (LayerConfig layer : stack.layers()) {
      Parameters numbered = p.at(Integer.toString(made.size()));
      made.add(
          bidirectional(numbered, layer.inLayer(made.size()), stack.dim(), stack.innerDim(), norm));
    }
    return List.copyOf(made);
  }
}
