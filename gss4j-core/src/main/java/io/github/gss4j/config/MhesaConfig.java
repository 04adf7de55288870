package io.github.gss4j.config;

/**
 * A multi-head exponential smoothing's sizes.
 *
 * @param heads {@code heads}, groups of channels that share a decay
 * @param channels {@code dim_mhesa}, H, the number of channels
 */
public record MhesaConfig(int heads, int channels) implements MixerConfig {
  /** The published package's defaults: 8 heads, 512 channels. */
  public static final MhesaConfig PUBLISHED = new MhesaConfig(8, 512);

  /** Checks the sizes. */
  public MhesaConfig {
    MixerConfig.checkHeads("dim_mhesa", channels, heads);
  }

  @Override
  public String kind() {
    return "mhesa";
  }

  @Override
  public String prefix() {
    return "mhesa";
  }

  @Override
  public void shapes(ParameterShapes p) {
    p.norm("norm", channels);
    p.add("alphas", heads);
    p.add("dampen_factors", heads);
    p.add("param_D", channels);
  }
}
