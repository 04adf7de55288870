package io.github.gss4j.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers of a model, one on top of the other, as in {@code config.json}.
 *
 * @param dim {@code dim}, D, the width of the residual stream
 * @param dimExpansionFactor {@code dim_expansion_factor}, F/D; the published default is 4
 * @param layers from the first to the last; options of one key are the same in all
 */
public record StackConfig(int dim, double dimExpansionFactor, List<LayerConfig> layers) {
  private static final int MOST_LAYERS = 1 << 16;

  /** Checks the sizes. */
  public StackConfig {
    Checks.atLeast(1, "dim", dim);
    checkDepth(layers.size());
    Checks.that(
        dimExpansionFactor * dim >= 1 && dimExpansionFactor * dim <= 1 << 24,
        "dim_expansion_factor",
        dimExpansionFactor,
        "a positive number");
    layers = List.copyOf(layers);
    checkAlike(layers);
  }

  /** GSS layers as the published package has them. */
  public static StackConfig of(int dim, int depth) {
    return new StackConfig(dim, 4, Collections.nCopies(checkDepth(depth), GssConfig.PUBLISHED));
  }

  /** Layers are listed one by one: so many take memory before a parameter is made. */
  static int checkDepth(int depth) {
    Checks.that(depth >= 1 && depth <= MOST_LAYERS, "depth", depth, "1 to " + MOST_LAYERS);
    return depth;
  }

  /** Options are written once for all layers: those of one key must not differ. */
  private static void checkAlike(List<LayerConfig> layers) {
    Map<String, LayerConfig> owners = new HashMap<>();
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    for (LayerConfig layer : layers.stream().distinct().toList()) {
      ObjectNode own = JsonNodeFactory.instance.objectNode();
      layer.write(own);
      for (Map.Entry<String, JsonNode> option : own.properties()) {
        String key = option.getKey();
        LayerConfig owner = owners.putIfAbsent(key, layer);
        if (owner != null && !options.get(key).equals(option.getValue())) {
          throw new IllegalArgumentException(
              "'%s' of a %s layer is %s and of a %s layer %s, expected the same: all layers share it"
                  .formatted(key, owner.kind(), options.get(key), layer.kind(), option.getValue()));
        }
      }
      options.setAll(own);
    }
  }

  /** The number of layers. */
  public int depth() {
    return layers.size();
  }

  /** F, the width of the gated space: {@code int(dim_expansion_factor * dim)}. */
  public int innerDim() {
    return (int) (dimExpansionFactor * dim);
  }

  /** A copy with other layers. */
  public StackConfig withLayers(List<LayerConfig> newLayers) {
    return new StackConfig(dim, dimExpansionFactor, newLayers);
  }

  /** A copy with another width of the gated space. */
  public StackConfig withExpansion(double factor) {
    return new StackConfig(dim, factor, layers);
  }

  /**
   * Reads the fields of a stack out of a larger object, leaving its other fields alone.
   *
   * @param byDefault what holds where a field is missing
   */
  static StackConfig from(JsonFields fields, StackConfig byDefault) {
    return new StackConfig(
        fields.integer("dim", byDefault.dim),
        fields.number("dim_expansion_factor", byDefault.dimExpansionFactor),
        new LayerFields(fields, byDefault.layers).read());
  }

  /** The fields as in {@code config.json}. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("dim", dim).put("dim_expansion_factor", dimExpansionFactor);
    LayerFields.write(json, layers);
    return json;
  }
}
