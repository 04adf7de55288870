package io.github.gss4j.tracking;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tracking.MetricLine.LayerStats;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The part of the page's JSON that shows each layer: a curve per layer, a point every few
 * measurements.
 */
final class LayerChart {
  private static final int MAX_POINTS = 500;

  private LayerChart() {}

  static ObjectNode of(List<LayerStats> all) {
    int every = Math.max(1, (all.size() + MAX_POINTS - 1) / MAX_POINTS);
    List<LayerStats> stats =
        IntStream.range(0, all.size())
            .filter(i -> i % every == 0 || i == all.size() - 1)
            .mapToObj(all::get)
            .toList();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode steps = node.putArray("x");
    stats.forEach(line -> steps.add(line.step()));
    node.set("gradNorms", layers(stats, LayerStats::gradNorms));
    node.set("updateRatios", layers(stats, LayerStats::updateRatios));
    node.set("clippedShare", curve(stats, LayerStats::clippedShare));
    node.set("residentBytes", curve(stats, line -> (double) line.residentBytes()));
    return node;
  }

  private static ObjectNode layers(
      List<LayerStats> stats, Function<LayerStats, Map<String, Double>> values) {
    Set<String> names = new LinkedHashSet<>();
    stats.forEach(line -> names.addAll(values.apply(line).keySet()));
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    for (String name : names) {
      node.set(name, curve(stats, line -> values.apply(line).getOrDefault(name, Double.NaN)));
    }
    return node;
  }

  private static ArrayNode curve(List<LayerStats> stats, ToDoubleFunction<LayerStats> value) {
    double[] y = stats.stream().mapToDouble(value).toArray();
    return PageData.floats(y, IntStream.range(0, y.length).toArray());
  }
}
