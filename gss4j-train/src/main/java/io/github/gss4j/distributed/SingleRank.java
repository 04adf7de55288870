package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Everything is on this rank. */
final class SingleRank extends ShardingStrategy {
  private final List<Parameter> trainable;

  SingleRank(List<Parameter> parameters, List<Parameter> trainable) {
    super(parameters, trainable);
    this.trainable = List.copyOf(trainable);
  }

  @Override
  public List<Parameter> owned() {
    return trainable;
  }

  @Override
  public Map<String, Tensor> assemble(int unit, Map<String, Tensor> parts) {
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
