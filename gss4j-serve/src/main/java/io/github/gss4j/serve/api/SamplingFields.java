package io.github.gss4j.serve.api;

import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/** How a request wants tokens chosen, and when a text ends. */
final class SamplingFields {
  private static final double LARGEST = 1e5;

  private SamplingFields() {}

  /**
   * Reads it.
   *
   * @param maxTokensName the field that says how many tokens to write
   */
  static GenerationOptions read(
      Fields fields, GssModel model, Limits limits, String maxTokensName) {
    int maxTokens =
        fields
            .integer(maxTokensName, 0, limits.maxTokens())
            .orElse((long) limits.defaultMaxTokens())
            .intValue();
    OptionalInt end = fields.flag("ignore_eos") ? OptionalInt.empty() : model.endToken();
    return GenerationOptions.of(maxTokens, sampling(fields, model))
        .withEndToken(end)
        .withStop(stops(fields, model, limits));
  }

  private static Sampling sampling(Fields fields, GssModel model) {
    double topP = fields.number("top_p", 1, 0, 1);
    if (topP == 0) {
      throw ApiException.bad("top_p", "'top_p' is 0, expected above 0 and at most 1");
    }
    double repetition = fields.number("repetition_penalty", 1, 0, LARGEST);
    if (repetition == 0) {
      throw ApiException.bad("repetition_penalty", "'repetition_penalty' is 0, expected above 0");
    }
    long topK = fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(0L);
    long seed =
        fields
            .integer("seed", Long.MIN_VALUE, Long.MAX_VALUE)
            .orElseGet(() -> ThreadLocalRandom.current().nextLong());
    return Sampling.seeded(seed)
        .withTemperature(fields.number("temperature", 1, 0, LARGEST))
        .withTopP(topP)
        .withTopK((int) Math.max(0, topK))
        .withMinP(fields.number("min_p", 0, 0, 1))
        .withRepetitionPenalty(repetition)
        .withPenalties(
            fields.number("presence_penalty", 0, -2, 2),
            fields.number("frequency_penalty", 0, -2, 2))
        .withLogitBias(bias(fields, model));
  }

  private static Map<Integer, Double> bias(Fields fields, GssModel model) {
    Map<Integer, Double> bias = new HashMap<>();
    fields
        .object("logit_bias")
        .ifPresent(
            object ->
                object
                    .names()
                    .forEach(id -> bias.put(id(id, model), object.number(id, 0, -100, 100))));
    return bias;
  }

  private static int id(String text, GssModel model) {
    int most = model.config().numTokens() - 1;
    int id = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    if (id < 0 || id > most) {
      throw ApiException.bad(
          "logit_bias", "'logit_bias' has the id '%s', expected 0 to %d".formatted(text, most));
    }
    return id;
  }

  private static List<String> stops(Fields fields, GssModel model, Limits limits) {
    List<String> stops = fields.texts("stop");
    if (stops.size() > limits.stops()) {
      throw ApiException.bad(
          "stop",
          "'stop' has %d texts, expected at most %d".formatted(stops.size(), limits.stops()));
    }
    if (stops.contains("")) {
      throw ApiException.bad("stop", "'stop' has an empty text, expected at least one character");
    }
    if (!stops.isEmpty() && model.tokenizer().isEmpty()) {
      throw ApiException.bad(
          "stop", "'stop' is given and the model has no tokenizer: leave it out");
    }
    return stops;
  }
}
