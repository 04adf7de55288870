package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import java.util.List;
import java.util.OptionalInt;

/**
 * A dynamic depthwise convolution's sizes.
 *
 * @param heads {@code heads}, groups of channels that share a kernel
 * @param channels {@code dim_dsconv}, H, the number of channels
 * @param maxSeqLen {@code max_seq_len}, the longest sequence it reads: its memory grows with it
 */
@AutoService(MixerConfig.class)
public record DsConvConfig(int heads, int channels, int maxSeqLen) implements MixerConfig {
  /** Checks the sizes. */
  public DsConvConfig {
    MixerConfig.checkHeads("dim_dsconv", channels, heads);
    Checks.atLeast(1, "max_seq_len", maxSeqLen);
  }

  /** The published package's defaults: 8 heads, 512 channels, 2,048 tokens. */
  public DsConvConfig() {
    this(8, 512, 2048);
  }

  @Override
  public String kind() {
    return "dsconv";
  }

  @Override
  public List<LayerOption> options() {
    return List.of(
        LayerOption.heads(),
        LayerOption.integer("dim_dsconv", "H", "channels of dsconv"),
        LayerOption.integer("max_seq_len", "TOKENS", "longest text that dsconv reads"));
  }

  @Override
  public List<String> impliedBy() {
    return List.of("dim_dsconv", "max_seq_len");
  }

  @Override
  public DsConvConfig read(JsonFields fields) {
    return new DsConvConfig(
        fields.integer("heads", heads),
        fields.integer("dim_dsconv", channels),
        fields.integer("max_seq_len", maxSeqLen));
  }

  @Override
  public void write(ObjectNode json) {
    json.put("heads", heads).put("dim_dsconv", channels).put("max_seq_len", maxSeqLen);
  }

  @Override
  public OptionalInt longestText() {
    return OptionalInt.of(maxSeqLen);
  }

  @Override
  public boolean kernelFromText() {
    return true;
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

  /** All inputs so far, and a number of the kernel for each. */
  @Override
  public long stateNumbers(long tokens) {
    return tokens * (channels + heads);
  }

  @Override
  public long mixing(long tokens) {
    return (tokens + 2) * channels;
  }
}
