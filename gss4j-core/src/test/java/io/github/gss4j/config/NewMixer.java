package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A kind of mixer that no engine has. */
public record NewMixer(int channels) implements MixerConfig {
  @Override
  public String kind() {
    return "new";
  }

  @Override
  public List<LayerOption> options() {
    return List.of();
  }

  @Override
  public NewMixer read(JsonFields fields) {
    return this;
  }

  @Override
  public void write(ObjectNode json) {}

  @Override
  public String prefix() {
    return "new";
  }

  @Override
  public void shapes(ParameterShapes p) {}

  @Override
  public long stateNumbers(long tokens) {
    return channels;
  }

  @Override
  public long mixing(long tokens) {
    return channels;
  }
}
