package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Everything lies here. */
final class OneRank implements Replication {
  private final Units units;
  private final List<Parameter> trained;

  OneRank(List<Parameter> parameters, List<Parameter> trained) {
    this.units = Units.of(parameters);
    this.trained = List.copyOf(trained);
  }

  @Override
  public int root() {
    return units.root();
  }

  @Override
  public List<Parameter> owned() {
    return trained;
  }

  @Override
  public List<String> trained() {
    return trained.stream().map(Parameter::name).toList();
  }

  @Override
  public List<Parameter> unit(int unit) {
    return units.units().get(unit);
  }

  @Override
  public Map<String, Tensor> whole(int unit, Map<String, Tensor> parts) {
    return parts;
  }

  @Override
  public void close() {}
}
