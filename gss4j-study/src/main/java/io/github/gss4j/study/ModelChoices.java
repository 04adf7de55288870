package io.github.gss4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.StackConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.model.LanguageModel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The models that a study compares, made equal in size: all but the first have the width F of their
 * gated space or feed-forward part chosen so that they have as many parameters as the first.
 *
 * @param settings of each model's training, by name, in order; F among them
 * @param parameters of each
 */
public record ModelChoices(Map<String, TrainConfig> settings, Map<String, Long> parameters) {
  /** How far apart sizes may be. */
  public static final double TOLERANCE = 0.02;

  private static final int MOST_EXPANSION = 64;

  /** Keeps the order. */
  public ModelChoices {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * Reads models as a study's file has them.
   *
   * @param where the file, for messages
   * @param common settings of all, by the names of {@code gss train}
   * @param models settings of each, which win, by its name
   * @param byDefault what holds where both say nothing
   * @throws IllegalArgumentException if a setting is wrong, or a model cannot be made as large
   */
  public static ModelChoices read(
      String where, ObjectNode common, ObjectNode models, TrainConfig byDefault) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException(where + ": 'models' is missing or empty, expected some");
    }
    Map<String, TrainConfig> settings = new LinkedHashMap<>();
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : models.properties()) {
      if (!entry.getKey().matches("[a-z0-9_-]{1,40}")) {
        throw new IllegalArgumentException(
            where + ": model '" + entry.getKey() + "', expected a name of a-z, 0-9, _ and -");
      }
      if (!(entry.getValue() instanceof ObjectNode own)) {
        throw new IllegalArgumentException(
            where + ": model '" + entry.getKey() + "' is not an object, expected its settings");
      }
      ObjectNode joined = common.deepCopy();
      joined.setAll(own);
      String place = where + ": model '" + entry.getKey() + "'";
      TrainConfig config = TrainConfig.from(new JsonFields(place, joined), byDefault);
      if (!sizes.isEmpty()) {
        long wanted = sizes.values().iterator().next();
        config = config.with(sized(place, config.model(), wanted));
      }
      settings.put(entry.getKey(), config);
      sizes.put(entry.getKey(), parameters(config.model()));
    }
    return new ModelChoices(settings, sizes);
  }

  /** How many parameters a configuration has, without making them. */
  static long parameters(ModelConfig config) {
    return LanguageModel.shapes(config).values().stream().mapToLong(ModelChoices::count).sum();
  }

  private static long count(List<Long> shape) {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** A copy with the F whose size is nearest: parameters grow with F in a straight line. */
  private static ModelConfig sized(String place, ModelConfig config, long wanted) {
    long one = parameters(withInnerDim(config, 1));
    long slope = parameters(withInnerDim(config, 2)) - one;
    long innerDim = 1 + Math.round((double) (wanted - one) / slope);
    long most = (long) MOST_EXPANSION * config.dim();
    ModelConfig sized = withInnerDim(config, (int) Math.max(1, Math.min(most, innerDim)));
    long size = parameters(sized);
    if (Math.abs(size - wanted) > TOLERANCE * wanted) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %,d parameters at best, expected %,d within %.0f %% as the first model:"
                  + " choose another dim or depth",
              place,
              size,
              wanted,
              100 * TOLERANCE));
    }
    return sized;
  }

  private static ModelConfig withInnerDim(ModelConfig config, int innerDim) {
    double factor = (double) innerDim / config.dim();
    StackConfig stack = config.stack().withExpansion(factor);
    return config.withExpansion(stack.innerDim() == innerDim ? factor : Math.nextUp(factor));
  }
}
