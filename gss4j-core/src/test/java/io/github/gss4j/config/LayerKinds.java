package io.github.gss4j.config;

import java.util.List;

/** Small layers of every kind and option, for properties that hold for all of them. */
public final class LayerKinds {
  private LayerKinds() {}

  /** One of each, for a width of 16 or another multiple of 8. */
  public static List<LayerConfig> all() {
    return List.of(
        new GssConfig(6, 8, true),
        new GssConfig(6, 8, false),
        new GssConfig(6, 8, true).with(new StateSpaceInit.LongRange(1e-2, 0.5, 2), true, true),
        new GssConfig(6, 8, true)
            .with(new StateSpaceInit.TwoScale(3, 4, 400, 0.3, 0.7, 2), true, false),
        new GssConfig(6, 8, true).withShortConv(4),
        new GssConfig(6, 64, true).with(new ChannelSteps(2, 16)).withShortConv(4),
        new GssConfig(6, 64, true)
            .with(new StateSpaceInit.TwoScale(3, 4, 400, 0.3, 0.7, 2), true, false)
            .with(new ChannelSteps(2, 4)),
        new DsConvConfig(2, 8, 4096),
        new MhesaConfig(4, 8),
        DssConfig.of(new GssConfig(6, 1, true)),
        new AttentionConfig(2, 5, AttentionConfig.Kind.CHUNKS),
        new AttentionConfig(4, 7, AttentionConfig.Kind.SLIDING));
  }
}
