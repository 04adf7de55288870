package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

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
  private static final List<LayerConfig> PUBLISHED =
      List.of(
          DssConfig.PUBLISHED,
          DsConvConfig.PUBLISHED,
          MhesaConfig.PUBLISHED,
          AttentionConfig.PAPER,
          PlainDssConfig.PUBLISHED);

  private static final Map<String, List<String>> OPTIONS =
      Map.of(
          "gss",
              List.of(
                  "dss_kernel_N",
                  "dss_kernel_H",
                  "dss_kernel_lambda_imag_exp",
                  "init",
                  "dt_min",
                  "dt_max",
                  "max_phase",
                  "learned_step",
                  "normalize_input"),
          "dss",
              List.of(
                  "dss_kernel_N",
                  "dss_kernel_lambda_imag_exp",
                  "init",
                  "dt_min",
                  "dt_max",
                  "max_phase",
                  "learned_step",
                  "normalize_input"),
          "dsconv", List.of("heads", "dim_dsconv", "max_seq_len"),
          "mhesa", List.of("heads", "dim_mhesa"),
          "attention", List.of("attention_heads", "attention_window", "attention_kind"));

  private static final String ATTENTION = "attention";

  private final JsonFields fields;
  private final List<LayerConfig> byDefault;

  LayerFields(JsonFields fields, List<LayerConfig> byDefault) {
    this.fields = fields;
    this.byDefault = byDefault;
  }

  /** Reads the layers; an option that no layer has is an error. */
  List<LayerConfig> read() {
    List<String> kinds = kinds();
    kinds.forEach(LayerFields::published);
    refuseUnused(kinds);
    return kinds.stream().map(kind -> options(template(published(kind)))).toList();
  }

  private List<String> kinds() {
    List<String> listed = fields.texts("layers");
    int every = fields.integer("attention_every", 0);
    List<String> defaults = byDefault.stream().map(LayerConfig::kind).toList();
    int depth = fields.integer("depth", listed.isEmpty() ? defaults.size() : listed.size());
    StackConfig.atLeastOne("depth", depth);
    String mixer = fields.text("mixer", recognised());
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

  /** The kind that the options given belong to alone; empty if they do not say. */
  private String recognised() {
    boolean dsconv = fields.has("dim_dsconv") || fields.has("max_seq_len");
    return dsconv ? "dsconv" : fields.has("dim_mhesa") ? "mhesa" : "";
  }

  private void refuseUnused(List<String> kinds) {
    List<String> given =
        OPTIONS.values().stream().flatMap(List::stream).filter(fields::has).toList();
    given.stream()
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

  private static LayerConfig published(String kind) {
    List<String> names = PUBLISHED.stream().map(LayerConfig::kind).toList();
    int at = names.indexOf(kind);
    if (at < 0) {
      throw new IllegalArgumentException("layer '" + kind + "' is not known, expected " + names);
    }
    return PUBLISHED.get(at);
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
          fields.flag("dss_kernel_lambda_imag_exp", dss.lambdaImagExp()),
          start(dss.init()),
          fields.flag("learned_step", dss.learnedStep()),
          fields.flag("normalize_input", dss.normalizeInput()));
    } else if (template instanceof PlainDssConfig plain) {
      return PlainDssConfig.of((DssConfig) options(plain.at(1)));
    } else if (template instanceof DsConvConfig dsconv) {
      return new DsConvConfig(
          fields.integer("heads", dsconv.heads()),
          fields.integer("dim_dsconv", dsconv.channels()),
          fields.integer("max_seq_len", dsconv.maxSeqLen()));
    } else if (template instanceof MhesaConfig mhesa) {
      return new MhesaConfig(
          fields.integer("heads", mhesa.heads()), fields.integer("dim_mhesa", mhesa.channels()));
    }
    AttentionConfig attention = (AttentionConfig) template;
    return new AttentionConfig(
        fields.integer("attention_heads", attention.heads()),
        fields.integer("attention_window", attention.window()),
        AttentionConfig.Kind.of(fields.text("attention_kind", attention.windows().text())));
  }

  private StateSpaceInit start(StateSpaceInit byDefault) {
    String init = fields.text("init", byDefault.text());
    if (init.equals(StateSpaceInit.RANDOM.text())) {
      for (String key : List.of("dt_min", "dt_max", "max_phase")) {
        if (fields.has(key)) {
          throw new IllegalArgumentException(
              "'" + key + "' is given, but init is random, expected it with init long_range only");
        }
      }
      return StateSpaceInit.RANDOM;
    } else if (!init.equals(StateSpaceInit.LONG_RANGE.text())) {
      throw new IllegalArgumentException("init is '" + init + "', expected random or long_range");
    }
    StateSpaceInit.LongRange range =
        byDefault instanceof StateSpaceInit.LongRange given ? given : StateSpaceInit.LONG_RANGE;
    return new StateSpaceInit.LongRange(
        fields.number("dt_min", range.dtMin()),
        fields.number("dt_max", range.dtMax()),
        fields.number("max_phase", range.maxPhase()));
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
      json.put("dss_kernel_H", dss.kernelDim());
      write(json, PlainDssConfig.of(dss));
    } else if (layer instanceof PlainDssConfig dss) {
      json.put("dss_kernel_N", dss.stateSize());
      json.put("dss_kernel_lambda_imag_exp", dss.lambdaImagExp());
      json.put("init", dss.init().text());
      if (dss.init() instanceof StateSpaceInit.LongRange range) {
        json.put("dt_min", range.dtMin()).put("dt_max", range.dtMax());
        json.put("max_phase", range.maxPhase());
      }
      json.put("learned_step", dss.learnedStep());
      json.put("normalize_input", dss.normalizeInput());
    } else if (layer instanceof DsConvConfig dsconv) {
      json.put("heads", dsconv.heads()).put("dim_dsconv", dsconv.channels());
      json.put("max_seq_len", dsconv.maxSeqLen());
    } else if (layer instanceof MhesaConfig mhesa) {
      json.put("heads", mhesa.heads()).put("dim_mhesa", mhesa.channels());
    } else if (layer instanceof AttentionConfig attention) {
      json.put("attention_heads", attention.heads()).put("attention_window", attention.window());
      json.put("attention_kind", attention.windows().text());
    }
  }
}
