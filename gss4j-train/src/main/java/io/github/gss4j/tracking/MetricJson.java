package io.github.gss4j.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.LayerStats;
import io.github.gss4j.tracking.MetricLine.Sample;
import io.github.gss4j.tracking.MetricLine.SkippedData;
import io.github.gss4j.tracking.MetricLine.StageAccuracy;
import io.github.gss4j.tracking.MetricLine.Step;
import io.github.gss4j.tracking.MetricLine.Taught;
import io.github.gss4j.tracking.MetricLine.Validation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Metric lines to JSON and back, to the bit.
 *
 * <p>Numbers are the shortest decimals that give the same double again. NaN and the infinities,
 * which JSON lacks, are the strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}.
 * Characters beyond ASCII are escaped, so that any string, half a surrogate pair included, comes
 * back as it was.
 */
final class MetricJson {
  /** Writes ASCII alone; reads strictly. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> STEP_KEYS =
      keys("step", "loss", "lr", "grad_norm", "tokens_per_second");
  private static final Set<String> TAUGHT_KEYS = with(STEP_KEYS, "objective", "cross_entropy");
  private static final Set<String> DISTILLED_KEYS = with(TAUGHT_KEYS, "distillation");
  private static final Set<String> LEFT_OUT_KEYS =
      keys("broken_rows", "broken_shards", "left_out_files", "cuts");
  private static final Set<String> EVALUATION_KEYS =
      keys("step", "eval_loss", "bits_per_byte", "perplexity", "eval_tokens", "whole");
  private static final Set<String> VALIDATION_KEYS =
      keys("step", "loss", "lr", "validation_accuracy");
  private static final Set<String> STAGE_KEYS = with(VALIDATION_KEYS, "stage", "stage_accuracy");
  private static final Set<String> WATCH_KEYS =
      keys(
          "step",
          "layer_grad_norms",
          "layer_update_ratios",
          "clipped_share",
          "skipped",
          "resident_bytes");
  private static final Set<String> SAMPLE_KEYS = keys("step", "prompt", "sample");

  private MetricJson() {}

  /** One line of JSON, without a line end. */
  static String write(MetricLine line) {
    ObjectNode node = JSON.createObjectNode().put("step", line.step());
    if (line instanceof Step step) {
      node.put("loss", step.loss())
          .put("lr", step.lr())
          .put("grad_norm", step.gradNorm())
          .put("tokens_per_second", step.tokensPerSecond());
      step.taught().ifPresent(taught -> put(node, taught));
      putUnlessZero(node, "broken_rows", step.leftOut().brokenRows());
      putUnlessZero(node, "broken_shards", step.leftOut().brokenShards());
      putUnlessZero(node, "left_out_files", step.leftOut().files());
      putUnlessZero(node, "cuts", step.leftOut().cuts());
    } else if (line instanceof LayerStats stats) {
      stats.gradNorms().forEach(node.putObject("layer_grad_norms")::put);
      stats.updateRatios().forEach(node.putObject("layer_update_ratios")::put);
      node.put("clipped_share", stats.clippedShare())
          .put("skipped", stats.skipped())
          .put("resident_bytes", stats.residentBytes());
    } else if (line instanceof Evaluation evaluation) {
      node.put("eval_loss", evaluation.evalLoss())
          .put("bits_per_byte", evaluation.bitsPerByte())
          .put("perplexity", evaluation.perplexity())
          .put("eval_tokens", evaluation.tokens())
          .put("whole", evaluation.whole());
    } else if (line instanceof Validation validation) {
      node.put("loss", validation.loss())
          .put("lr", validation.lr())
          .put("validation_accuracy", validation.accuracy());
      validation
          .stage()
          .ifPresent(s -> node.put("stage", s.name()).put("stage_accuracy", s.accuracy()));
    } else if (line instanceof Sample sample) {
      node.put("prompt", sample.prompt()).put("sample", sample.text());
    }
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree of strings and numbers can always be written
    }
  }

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException saying in what it is not a metric line
   */
  static MetricLine read(String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage(), e);
    }
    Set<String> keys = new LinkedHashSet<>();
    node.fieldNames().forEachRemaining(keys::add);
    Set<String> all = new LinkedHashSet<>(keys);
    if (keys.contains("loss")) {
      keys.removeAll(LEFT_OUT_KEYS);
    }
    boolean isTaught = keys.equals(TAUGHT_KEYS) || keys.equals(DISTILLED_KEYS);
    if (isTaught || keys.equals(STEP_KEYS)) {
      return new Step(
          whole(node, "step"),
          real(node, "loss"),
          real(node, "lr"),
          real(node, "grad_norm"),
          real(node, "tokens_per_second"),
          isTaught ? Optional.of(taught(node)) : Optional.empty(),
          new SkippedData(
              wholeOrZero(node, "broken_rows"),
              wholeOrZero(node, "broken_shards"),
              wholeOrZero(node, "left_out_files"),
              wholeOrZero(node, "cuts")));
    }
    if (keys.equals(EVALUATION_KEYS)) {
      return new Evaluation(
          whole(node, "step"),
          real(node, "eval_loss"),
          real(node, "bits_per_byte"),
          real(node, "perplexity"),
          whole(node, "eval_tokens"),
          truth(node, "whole"));
    }
    if (keys.equals(VALIDATION_KEYS) || keys.equals(STAGE_KEYS)) {
      return new Validation(
          whole(node, "step"),
          real(node, "loss"),
          real(node, "lr"),
          real(node, "validation_accuracy"),
          keys.equals(STAGE_KEYS)
              ? Optional.of(new StageAccuracy(text(node, "stage"), real(node, "stage_accuracy")))
              : Optional.empty());
    }
    if (keys.equals(WATCH_KEYS)) {
      return new LayerStats(
          whole(node, "step"),
          reals(node, "layer_grad_norms"),
          reals(node, "layer_update_ratios"),
          real(node, "clipped_share"),
          whole(node, "skipped"),
          whole(node, "resident_bytes"));
    }
    if (keys.equals(SAMPLE_KEYS)) {
      return new Sample(whole(node, "step"), text(node, "prompt"), text(node, "sample"));
    }
    throw new IllegalArgumentException(
        "has the keys "
            + all
            + ", expected "
            + STEP_KEYS
            + ", "
            + EVALUATION_KEYS
            + ", "
            + VALIDATION_KEYS
            + ", "
            + WATCH_KEYS
            + " or "
            + SAMPLE_KEYS);
  }

  /** A loss that no token was trained on is left out. */
  private static void put(ObjectNode node, Taught taught) {
    node.put("objective", taught.objective()).put("cross_entropy", taught.crossEntropy());
    if (!taught.objective().equals("cross_entropy")) {
      node.put("distillation", taught.distillation());
    }
  }

  private static void putUnlessZero(ObjectNode node, String key, long count) {
    if (count != 0) {
      node.put(key, count);
    }
  }

  private static long wholeOrZero(JsonNode node, String key) {
    return node.has(key) ? whole(node, key) : 0;
  }

  private static Taught taught(JsonNode node) {
    return new Taught(
        text(node, "objective"),
        real(node, "cross_entropy"),
        node.has("distillation") ? real(node, "distillation") : Double.NaN);
  }

  private static double real(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return switch (value.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw wrong(key, value, "a number, \"NaN\" or \"Infinity\"");
    };
  }

  private static Map<String, Double> reals(JsonNode node, String key) {
    JsonNode layers = node.get(key);
    if (!layers.isObject()) {
      throw wrong(key, layers, "an object of numbers");
    }
    Map<String, Double> values = new LinkedHashMap<>();
    layers.fieldNames().forEachRemaining(layer -> values.put(layer, real(layers, layer)));
    return values;
  }

  private static long whole(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return value.longValue();
    }
    throw wrong(key, value, "a whole number");
  }

  private static boolean truth(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    throw wrong(key, value, "true or false");
  }

  private static String text(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value.isTextual()) {
      return value.textValue();
    }
    throw wrong(key, value, "a string");
  }

  private static IllegalArgumentException wrong(String key, JsonNode value, String expected) {
    return new IllegalArgumentException("has " + key + " " + value + ", expected " + expected);
  }

  private static Set<String> keys(String... names) {
    return new LinkedHashSet<>(List.of(names));
  }

  private static Set<String> with(Set<String> keys, String... more) {
    Set<String> all = new LinkedHashSet<>(keys);
    all.addAll(List.of(more));
    return all;
  }
}
