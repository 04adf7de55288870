package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The layers of a model as they stand in a configuration: which kinds, and flat under the published
 * names the options that all layers of a kind share.
 *
 * <table>
 * <caption>Which layers</caption>
 * <tr><td>{@code layers}</td><td>a list of kinds, from the first layer to the last</td></tr>
 * <tr><td>{@code mixer}</td><td>one kind for all {@code depth} layers</td></tr>
 * <tr><td>{@code attention_every}</td><td>k: after every k of them one with attention, as every
 * (k+1)-th of the {@code depth} layers</td></tr>
 * <tr><td>neither</td><td>the kind that the options belong to: {@code dim_dsconv} or {@code
 * max_seq_len} make it {@code dsconv}, {@code dim_mhesa} makes it {@code mhesa}; without them the
 * default's, {@code gss} in a published configuration</td></tr>
 * </table>
 */
final class LayerFields {
  private static final String ATTENTION = AttentionConfig.PAPER.kind();

  private final JsonFields fields;
  private final List<LayerConfig> byDefault;

  LayerFields(JsonFields fields, List<LayerConfig> byDefault) {
    this.fields = fields;
    this.byDefault = byDefault;
  }

  /** Reads the layers; an option that no layer has is an error. */
  List<LayerConfig> read() {
    List<String> kinds = kinds();
    refuseUnused(kinds.stream().distinct().map(LayerConfig::named).toList());
    return kinds.stream().map(kind -> template(kind).read(fields)).toList();
  }

  private List<String> kinds() {
    List<String> listed = fields.texts("layers");
    int every = fields.integer("attention_every", 0);
    List<String> defaults = byDefault.stream().map(LayerConfig::kind).toList();
    int depth = fields.integer("depth", listed.isEmpty() ? defaults.size() : listed.size());
    StackConfig.checkDepth(depth);
    String mixer = fields.text("mixer", implied());
    if (!listed.isEmpty()) {
      refuseBeside("mixer");
      refuseBeside("attention_every");
      checkDepth(depth, listed.size());
      return listed;
    }
    if (fields.has("attention_every")) {
      checkEvery(every, depth);
      List<String> mixers = defaults.stream().filter(k -> !k.equals(ATTENTION)).distinct().toList();
      String other = mixer.isEmpty() && mixers.size() == 1 ? mixers.get(0) : mixer;
      return IntStream.rangeClosed(1, depth)
          .mapToObj(i -> i % (every + 1) == 0 ? ATTENTION : other)
          .toList();
    }
    if (mixer.isEmpty() && defaults.stream().distinct().count() > 1) {
      checkDepth(depth, defaults.size());
      return defaults;
    }
    return Collections.nCopies(depth, mixer.isEmpty() ? defaults.get(0) : mixer);
  }

  private void refuseBeside(String key) {
    if (fields.has(key)) {
      throw new IllegalArgumentException(
          "'layers' and '" + key + "' are both given, expected one of them");
    }
  }

  private static void checkEvery(int every, int depth) {
    if (every < 1 || depth <= every) {
      throw new IllegalArgumentException(
          "attention_every is "
              + every
              + " and depth is "
              + depth
              + ", expected attention_every from 1 to depth - 1:"
              + " depth counts all layers, those with attention too");
    }
  }

  private static void checkDepth(int depth, int layers) {
    if (depth != layers) {
      throw new IllegalArgumentException(
          "depth is " + depth + " and 'layers' names " + layers + ", expected the same number");
    }
  }

  /** The kind that the options given stand for; empty if they do not say. */
  private String implied() {
    return LayerConfig.kinds().stream()
        .filter(kind -> kind.impliedBy().stream().anyMatch(fields::has))
        .map(LayerConfig::kind)
        .findFirst()
        .orElse("");
  }

  private void refuseUnused(List<LayerConfig> used) {
    keys(LayerConfig.kinds())
        .filter(fields::has)
        .filter(key -> keys(used).noneMatch(key::equals))
        .findFirst()
        .ifPresent(
            key -> {
              throw new IllegalArgumentException(
                  "'"
                      + key
                      + "' is given, but the layers are "
                      + used.stream().map(LayerConfig::kind).toList()
                      + ": leave it out, or choose 'mixer' or 'layers' that have it");
            });
  }

  private static Stream<String> keys(List<LayerConfig> kinds) {
    return kinds.stream().flatMap(kind -> kind.options().stream()).map(LayerOption::key);
  }

  /** The default's layer of a kind, if it has one, else the published one. */
  private LayerConfig template(String kind) {
    return byDefault.stream()
        .filter(layer -> layer.kind().equals(kind))
        .findFirst()
        .orElseGet(() -> LayerConfig.named(kind));
  }

  /** Writes layers so that {@link #read} gives them again. */
  static void write(ObjectNode json, List<LayerConfig> layers) {
    json.put("depth", layers.size());
    List<String> kinds = new ArrayList<>(layers.stream().map(LayerConfig::kind).toList());
    if (kinds.stream().distinct().count() > 1) {
      kinds.forEach(json.putArray("layers")::add);
    } else if (!kinds.get(0).equals(GssConfig.PUBLISHED.kind())) {
      json.put("mixer", kinds.get(0));
    }
    layers.stream().distinct().forEach(layer -> layer.write(json));
  }
}
