package io.github.gss4j.trainer;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tracking.Histogram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures one step layer by layer. Holds a copy of the weights during the step; used for one step
 * alone. Norms are those of whole layers; where ranks keep parts, histograms are of this rank's.
 */
public final class LayerMonitor implements StepObserver, AutoCloseable {
  private final boolean histograms;
  private final Map<String, Double> gradNorms = new LinkedHashMap<>();
  private final Map<String, Double> updateRatios = new LinkedHashMap<>();
  private final Map<String, Histogram> gradients = new LinkedHashMap<>();
  private final Map<String, Histogram> weights = new LinkedHashMap<>();
  private final Map<Parameter, Tensor> before = new LinkedHashMap<>();

  /**
   * A monitor for the next step.
   *
   * @param histograms whether to count how values spread, too
   */
  public LayerMonitor(boolean histograms) {
    this.histograms = histograms;
  }

  /** The layer of a parameter: {@code layers.0} of {@code layers.0.dss.Lambda_real}. */
  static String layer(String name) {
    String[] parts = name.split("\\.", -1);
    return parts[0].equals("layers") && parts.length > 1 ? parts[0] + "." + parts[1] : parts[0];
  }

  /** What this rank has of each layer that is trained: the same layers on every rank. */
  private static Map<String, List<Parameter>> layers(ShardingStrategy sharding) {
    Map<String, List<Parameter>> layers = new LinkedHashMap<>();
    sharding.trainable().forEach(name -> layers.putIfAbsent(layer(name), new ArrayList<>()));
    sharding.owned().forEach(p -> layers.get(layer(p.name())).add(p));
    return layers;
  }

  @Override
  public void beforeUpdate(ShardingStrategy sharding) {
    layers(sharding)
        .forEach(
            (layer, members) -> {
              gradNorms.put(layer, norm(sharding, members, p -> Autograd.gradient(p.value())));
              if (histograms) {
                gradients.put(layer, histogram(members, p -> Autograd.gradient(p.value())));
              }
              members.forEach(p -> before.put(p, Scopes.kept(() -> p.value().detach().clone())));
            });
  }

  @Override
  public void afterUpdate(ShardingStrategy sharding) {
    layers(sharding)
        .forEach(
            (layer, members) -> {
              double moved = norm(sharding, members, p -> p.value().sub(before.get(p)));
              updateRatios.put(layer, moved / norm(sharding, members, before::get));
              if (histograms) {
                weights.put(layer, histogram(members, Parameter::value));
              }
            });
  }

  private static double norm(
      ShardingStrategy sharding, List<Parameter> members, Function<Parameter, Tensor> value) {
    double squares = 0;
    for (Parameter p : members) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        double norm = Tensors.value(value.apply(p).norm());
        squares += norm * norm;
      }
    }
    return Math.sqrt(sharding.sumOverParts(squares)[0]);
  }

  private static Histogram histogram(List<Parameter> members, Function<Parameter, Tensor> value) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return TensorHistogram.of(members.stream().map(value).toList());
    }
  }

  /** The measurements. */
  public LayerMeasures measures() {
    return new LayerMeasures(gradNorms, updateRatios, gradients, weights);
  }

  @Override
  public void close() {
    before.values().forEach(Tensor::releaseReference);
    before.clear();
  }
}
