package io.github.gss4j.config;

/**
 * A dynamic depthwise convolution's sizes.
 *
 * @param heads {@code heads}, groups of channels that share a kernel
 * @param channels {@code dim_dsconv}, H, the number of channels
 * @param maxSeqLen {@code max_seq_len}, the longest sequence it reads: its memory grows with it
 */
public record DsConvConfig(int heads, int channels, int maxSeqLen) implements MixerConfig {
  /** The published package's defaults: 8 heads, 512 channels, 2,048 tokens. */
  public static final DsConvConfig PUBLISHED = new DsConvConfig(8, 512, 2048);

  /** Checks the sizes. */
  public DsConvConfig {
    MixerConfig.checkHeads("dim_dsconv", channels, heads);
    if (maxSeqLen < 1) {
      throw new IllegalArgumentException("max_seq_len is " + maxSeqLen + ", expected at least 1");
    }
  }

  @Override
  public String kind() {
    return "dsconv";
  }

  @Override
  public String prefix() {
    return "dsconv";
  }

  @Override
  public void shapes(ParameterShapes p) {
    p.norm("norm", channels);
    p.linear("to_weight", channels, heads);
    p.add("param_D", channels);
  }
}
