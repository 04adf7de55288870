package io.github.gss4j.tracking;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tracking.MetricLine.Watch;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The part of the page's JSON that shows each layer: a curve a layer, every so many looks. */
final class WatchData {
  private static final int MAX_POINTS = 500;

  private WatchData() {}

  static ObjectNode of(List<Watch> all) {
    int every = Math.max(1, (all.size() + MAX_POINTS - 1) / MAX_POINTS);
    List<Watch> watches =
        IntStream.range(0, all.size())
            .filter(i -> i % every == 0 || i == all.size() - 1)
            .mapToObj(all::get)
            .toList();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode steps = node.putArray("x");
    watches.forEach(watch -> steps.add(watch.step()));
    node.set("gradNorms", layers(watches, Watch::gradNorms));
    node.set("updateRatios", layers(watches, Watch::updateRatios));
    node.set("clippedShare", curve(watches, Watch::clippedShare));
    node.set("residentBytes", curve(watches, watch -> (double) watch.residentBytes()));
    return node;
  }

  private static ObjectNode layers(
      List<Watch> watches, Function<Watch, Map<String, Double>> values) {
    Set<String> names = new LinkedHashSet<>();
    watches.forEach(watch -> names.addAll(values.apply(watch).keySet()));
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    for (String name : names) {
      node.set(name, curve(watches, w -> values.apply(w).getOrDefault(name, Double.NaN)));
    }
    return node;
  }

  private static ArrayNode curve(List<Watch> watches, ToDoubleFunction<Watch> value) {
    double[] y = watches.stream().mapToDouble(value).toArray();
    return PageData.floats(y, IntStream.range(0, y.length).toArray());
  }
}
