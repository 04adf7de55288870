package io.github.gss4j.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.layers.DsConvConfig;
import io.github.gss4j.layers.DssConfig;
import io.github.gss4j.layers.LayerConfig;
import io.github.gss4j.layers.MhesaConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The layers of a model as they stand in a configuration: which kinds, and flat under the published
 * names the options that all layers of a kind share.
 *
 * <table>
 * <caption>Which layers</caption>
 * <tr><td>{@code layers}</td><td>a list of kinds, from the first layer to the last</td></tr>
 * <tr><td>{@code mixer}</td><td>one kind for all {@code depth} layers</td></tr>
 * <tr><td>neither</td><td>the kind that the options belong to: {@code dim_dsconv} or {@code
 * max_seq_len} make it {@code dsconv}, {@code dim_mhesa} makes it {@code mhesa}; without them the
 * default's, {@code gss} in a published configuration</td></tr>
 * </table>
 */
final class LayerFields {
  private static final List<LayerConfig> PUBLISHED =
      List.of(DssConfig.PUBLISHED, DsConvConfig.PUBLISHED, MhesaConfig.PUBLISHED);

  private static final Map<String, List<String>> OPTIONS =
      Map.of(
          "gss", List.of("dss_kernel_N", "dss_kernel_H", "dss_kernel_lambda_imag_exp"),
          "dsconv", List.of("heads", "dim_dsconv", "max_seq_len"),
          "mhesa", List.of("heads", "dim_mhesa"));

  private final JsonFields fields;
  private final List<LayerConfig> byDefault;

  LayerFields(JsonFields fields, List<LayerConfig> byDefault) {
    this.fields = fields;
    this.byDefault = byDefault;
  }

  /** Reads the layers; an option that no layer has is an error. */
  List<LayerConfig> read() {
    List<String> kinds = kinds();
    List<LayerConfig> known = PUBLISHED.stream().map(p -> options(template(p))).toList();
    refuseUnused(kinds);
    return kinds.stream().map(kind -> named(kind, known)).toList();
  }

  private List<String> kinds() {
    List<String> listed = fields.texts("layers");
    String mixer = fields.text("mixer", recognised());
    if (!listed.isEmpty()) {
      if (fields.has("mixer")) {
        throw new IllegalArgumentException(
            "'layers' and 'mixer' are both given, expected one of them: 'mixer' is for all layers");
      }
      checkDepth(fields.integer("depth", listed.size()), listed.size());
      return listed;
    }
    int depth = StackConfig.atLeastOne("depth", fields.integer("depth", byDefault.size()));
    if (mixer.isEmpty()) {
      List<String> kinds = byDefault.stream().map(LayerConfig::kind).toList();
      boolean alike = kinds.stream().distinct().count() == 1;
      if (!alike) {
        checkDepth(depth, kinds.size());
        return kinds;
      }
      return java.util.Collections.nCopies(depth, kinds.get(0));
    }
    return java.util.Collections.nCopies(depth, mixer);
  }

  private static void checkDepth(int depth, int layers) {
    if (depth != layers) {
      throw new IllegalArgumentException(
          "depth is " + depth + " and 'layers' names " + layers + ", expected the same number");
    }
  }

  /** The kind that the options given belong to alone; empty if they do not say. */
  private String recognised() {
    boolean dsconv = fields.has("dim_dsconv") || fields.has("max_seq_len");
    return dsconv ? "dsconv" : fields.has("dim_mhesa") ? "mhesa" : "";
  }

  private void refuseUnused(List<String> kinds) {
    OPTIONS.values().stream()
        .flatMap(List::stream)
        .filter(fields::has)
        .filter(key -> kinds.stream().noneMatch(kind -> OPTIONS.get(kind).contains(key)))
        .findFirst()
        .ifPresent(
            key -> {
              throw new IllegalArgumentException(
                  "'"
                      + key
                      + "' is given, but the layers are "
                      + kinds.stream().distinct().toList()
                      + ": leave it out, or choose 'mixer' or 'layers' that have it");
            });
  }

  private static LayerConfig named(String kind, List<LayerConfig> known) {
    List<String> names = known.stream().map(LayerConfig::kind).toList();
    int at = names.indexOf(kind);
    if (at < 0) {
      throw new IllegalArgumentException("layer '" + kind + "' is not known, expected " + names);
    }
    return known.get(at);
  }

  /** The default's layer of a published one's kind, if there is one. */
  private LayerConfig template(LayerConfig published) {
    return byDefault.stream()
        .filter(layer -> layer.kind().equals(published.kind()))
        .findFirst()
        .orElse(published);
  }

  private LayerConfig options(LayerConfig template) {
    if (template instanceof DssConfig dss) {
      return new DssConfig(
          fields.integer("dss_kernel_N", dss.stateSize()),
          fields.integer("dss_kernel_H", dss.kernelDim()),
          fields.flag("dss_kernel_lambda_imag_exp", dss.lambdaImagExp()));
    } else if (template instanceof DsConvConfig dsconv) {
      return new DsConvConfig(
          fields.integer("heads", dsconv.heads()),
          fields.integer("dim_dsconv", dsconv.channels()),
          fields.integer("max_seq_len", dsconv.maxSeqLen()));
    } else if (template instanceof MhesaConfig mhesa) {
      return new MhesaConfig(
          fields.integer("heads", mhesa.heads()), fields.integer("dim_mhesa", mhesa.channels()));
    }
    throw new AssertionError(template);
  }

  /** Writes layers so that {@link #read} gives them again. */
  static void write(ObjectNode json, List<LayerConfig> layers) {
    json.put("depth", layers.size());
    List<String> kinds = new ArrayList<>(layers.stream().map(LayerConfig::kind).toList());
    if (kinds.stream().distinct().count() > 1) {
      kinds.forEach(json.putArray("layers")::add);
    } else if (!kinds.get(0).equals("gss")) {
      json.put("mixer", kinds.get(0));
    }
    layers.stream().distinct().forEach(layer -> write(json, layer));
  }

  private static void write(ObjectNode json, LayerConfig layer) {
    if (layer instanceof DssConfig dss) {
      json.put("dss_kernel_N", dss.stateSize()).put("dss_kernel_H", dss.kernelDim());
      json.put("dss_kernel_lambda_imag_exp", dss.lambdaImagExp());
    } else if (layer instanceof DsConvConfig dsconv) {
      json.put("heads", dsconv.heads()).put("dim_dsconv", dsconv.channels());
      json.put("max_seq_len", dsconv.maxSeqLen());
    } else if (layer instanceof MhesaConfig mhesa) {
      json.put("heads", mhesa.heads()).put("dim_mhesa", mhesa.channels());
    }
  }
}
