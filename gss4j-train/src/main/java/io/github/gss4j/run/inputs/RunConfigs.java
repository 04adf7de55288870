package io.github.gss4j.run.inputs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of a run as JSON, of which some may be missing: what they leave open follows from the
 * model that the run starts from, the text, the tokenizer, and then from the defaults.
 */
public final class RunConfigs {
  private static final String TOKENIZER = "tokenizer";
  private static final String NUM_TOKENS = "num_tokens";

  private RunConfigs() {}

  /**
   * The configuration of a new run.
   *
   * @param settings as flags and file have them
   * @param where they are, for messages
   */
  public static TrainConfig begin(
      ObjectNode settings, String where, TrainConfig byDefault, RunContext context) {
    ObjectNode all = settings.deepCopy();
    String model = all.path("start_from").asText("");
    if (!model.isEmpty()) {
      StoredModel stored = StoredModel.open(model, context.hub().get(), context.downloads());
      startFrom(stored, all.path("add_modes").asInt(0), all);
    }
    return complete(all, where, byDefault, context, Optional.empty());
  }

  /**
   * The configuration of a resumed run.
   *
   * @param directory of the run, which keeps a copy of its tokenizer
   */
  public static TrainConfig resume(
      ObjectNode settings,
      String where,
      TrainConfig byDefault,
      RunContext context,
      Path directory) {
    ObjectNode all = settings.deepCopy();
    fromEarlier(all);
    return complete(all, where, byDefault, context, Optional.of(directory));
  }

  /** Earlier versions carried states through a text that was read in order. */
  public static void fromEarlier(ObjectNode run) {
    if (run.path("carry_state").asBoolean() && !run.has("carry_length")) {
      run.put("carry_length", 0);
    }
  }

  /** Sizes and tokenizer are those of the model. */
  private static void startFrom(StoredModel stored, int addModes, ObjectNode settings) {
    if (!settings.has(TOKENIZER)) {
      settings.put(TOKENIZER, tokenizer(stored));
    }
    ModelConfig config = stored.config();
    (addModes > 0 ? config.withAddedModes(addModes) : config)
        .toJson()
        .properties()
        .forEach(field -> settings.putIfAbsent(field.getKey(), field.getValue()));
  }

  private static String tokenizer(StoredModel stored) {
    Path directory = stored.directory();
    Optional<Tokenizer> found =
        Tokenizers.ofModel(directory, stored.config().tokenizer(), stored.config().numTokens());
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          directory + " says nothing of the model's tokenizer: name it with --tokenizer");
    }
    try (Tokenizer tokenizer = found.get()) {
      return tokenizer.name().equals(TokenizerJson.NAME)
          ? directory.resolve(TokenizerJson.NAME).toString()
          : tokenizer.name();
    }
  }

  /** The tokenizer is that of a prepared text, the number of tokens the tokenizer's. */
  private static TrainConfig complete(
      ObjectNode settings,
      String where,
      TrainConfig byDefault,
      RunContext context,
      Optional<Path> resumed) {
    String spec = settings.path(TOKENIZER).asText("");
    if (spec.isEmpty()) {
      spec =
          context
              .texts()
              .preparedTokenizer(settings.path("data").asText(""))
              .orElse(byDefault.tokenizerSpec());
    }
    settings.put(TOKENIZER, spec);
    if (!settings.hasNonNull(NUM_TOKENS)) {
      settings.put(NUM_TOKENS, Tokenizers.size(RunInputs.tokenizerSpec(spec, resumed)));
    }
    return TrainConfig.from(new JsonFields(where, settings), byDefault);
  }
}
