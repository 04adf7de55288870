package io.github.gss4j.run.inputs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.FineTuning;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.weights.PretrainedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Device;

/** The model that a run begins with: new, from another model's weights, or from a checkpoint. */
public final class RunModel {
  /** What the start of modes that are added may be, whatever the others started with. */
  private static final List<String> OF_NEW_MODES =
      List.of("tau_min", "tau_max", "max_phase", "slow_c", "tau_growth");

  private RunModel() {}

  /**
   * Makes or loads the model of a run.
   *
   * @param checkpoint of the run itself, where it continues
   * @throws IllegalArgumentException if the configuration does not fit the tokenizer or the
   *     checkpoint
   */
  public static LanguageModel open(
      TrainConfig config, Tokenizer tokenizer, RunContext context, Optional<Path> checkpoint) {
    checkTokenizer(config.model(), tokenizer);
    return checkpoint
        .map(path -> load(config, StoredModel.open(path), "a run keeps its model"))
        .orElseGet(() -> begin(config, context));
  }

  /** A model that no checkpoint of the run itself keeps. */
  static LanguageModel begin(TrainConfig config, RunContext context) {
    FineTuning tuning = config.fineTuning();
    Checks.that(
        tuning.addModes() == 0 || !tuning.startFrom().isEmpty(),
        "add_modes",
        tuning.addModes(),
        "0 without start_from: a new model has as many modes as dss_kernel_N says");
    LanguageModel model =
        tuning.startFrom().isEmpty() ? random(config) : startFrom(config, context);
    try {
      if (!tuning.embeddingsFrom().isEmpty()) {
        Embeddings.copy(context.locate(tuning.embeddingsFrom()), model);
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static LanguageModel random(TrainConfig config) {
    return LanguageModel.of(
        config.model(), Init.random(config.seed()), precision(config), device(config));
  }

  private static LanguageModel startFrom(TrainConfig config, RunContext context) {
    StoredModel stored = StoredModel.open(context.locate(config.fineTuning().startFrom()));
    int added = config.fineTuning().addModes();
    if (added == 0) {
      return load(config, stored, "leave out what start_from settles");
    }
    ModelConfig saved = stored.config().withAddedModes(added);
    ObjectNode expected = json(config, saved);
    ObjectNode asked = config.model().toJson();
    OF_NEW_MODES.stream().filter(asked::has).forEach(key -> expected.set(key, asked.get(key)));
    ModelSettings.check(
        asked, expected, Set.of(), stored.file(), "leave out what start_from settles");
    return PretrainedModel.loadToTrain(
        stored, config.model(), Init.random(config.seed()), precision(config), device(config));
  }

  private static LanguageModel load(TrainConfig config, StoredModel stored, String advice) {
    ModelSettings.check(
        config.model().toJson(), json(config, stored.config()), Set.of(), stored.file(), advice);
    return PretrainedModel.loadToTrain(stored, precision(config), device(config));
  }

  /** The tokenizer's name says how text was cut, not how the model is built. */
  private static ObjectNode json(TrainConfig config, ModelConfig saved) {
    return saved.withTokenizer(config.model().tokenizer()).toJson();
  }

  private static Precision precision(TrainConfig config) {
    return Precision.forTraining(config.compute().dtype());
  }

  private static Device device(TrainConfig config) {
    return Tensors.device(config.compute().device());
  }

  private static void checkTokenizer(ModelConfig model, Tokenizer tokenizer) {
    Checks.that(
        model.tokenizer().equals(tokenizer.name()),
        "tokenizer",
        "'" + model.tokenizer() + "'",
        "'" + tokenizer.name() + "', which the text is cut with");
    Checks.that(
        model.numTokens() >= tokenizer.size(),
        "num_tokens",
        model.numTokens(),
        "at least " + tokenizer.size() + ", as many as the tokenizer has");
  }
}
