package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import java.util.List;

/**
 * A multi-head exponential smoothing's sizes.
 *
 * @param heads {@code heads}, groups of channels that share a decay
 * @param channels {@code dim_mhesa}, H, the number of channels
 */
@AutoService(MixerConfig.class)
public record MhesaConfig(int heads, int channels) implements MixerConfig {
  /** Checks the sizes. */
  public MhesaConfig {
    MixerConfig.checkHeads("dim_mhesa", channels, heads);
  }

  /** The published package's defaults: 8 heads, 512 channels. */
  public MhesaConfig() {
    this(8, 512);
  }

  @Override
  public String kind() {
    return "mhesa";
  }

  @Override
  public List<LayerOption> options() {
    return List.of(LayerOption.heads(), LayerOption.integer("dim_mhesa", "H", "channels of mhesa"));
  }

  @Override
  public List<String> impliedBy() {
    return List.of("dim_mhesa");
  }

  @Override
  public MhesaConfig read(JsonFields fields) {
    return new MhesaConfig(fields.integer("heads", heads), fields.integer("dim_mhesa", channels));
  }

  @Override
  public void write(ObjectNode json) {
    json.put("heads", heads).put("dim_mhesa", channels);
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

  @Override
  public long stateNumbers(long tokens) {
    return channels;
  }

  @Override
  public long mixing(long tokens) {
    return 3L * channels;
  }
}
