package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Everything lies here. */
final class OneRank extends Replication {
  private final List<Parameter> trained;

  OneRank(List<Parameter> parameters, List<Parameter> trained) {
    super(parameters, trained);
    this.trained = List.copyOf(trained);
  }

  @Override
  public List<Parameter> owned() {
    return trained;
  }

  @Override
  public Map<String, Tensor> whole(int unit, Map<String, Tensor> parts) {
    return parts;
  }

  @Override
  public Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> parts, UnaryOperator<Tensor> map) {
    Map<String, Tensor> mapped = new LinkedHashMap<>();
    of.forEach(p -> mapped.put(p.name(), map.apply(parts.get(p.name()))));
    return mapped;
  }

  @Override
  public void close() {}
}
