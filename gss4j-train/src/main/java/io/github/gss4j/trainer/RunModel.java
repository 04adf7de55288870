package io.github.gss4j.trainer;

import io.github.gss4j.checkpoint.PretrainedModel;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelConfig;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;

/** The model that a run begins with: new, or out of a checkpoint. */
final class RunModel {
  private RunModel() {}

  /**
   * Makes or loads the model of a run.
   *
   * @throws IllegalArgumentException if the configuration does not fit the tokenizer or the
   *     checkpoint
   */
  static LanguageModel open(TrainConfig config, Tokenizer tokenizer, Optional<Path> checkpoint) {
    checkTokenizer(config.model(), tokenizer);
    Precision precision = Precision.forTraining(config.dtype());
    var device = Tensors.device(config.device());
    if (checkpoint.isEmpty()) {
      return LanguageModel.of(config.model(), Init.random(config.seed()), precision, device);
    }
    StoredModel stored = PretrainedModel.open(checkpoint.get());
    ModelConfig saved = stored.config();
    Checks.that(
        saved.equals(config.model()),
        "the model",
        config.model().toJson(),
        saved.toJson() + " as in " + checkpoint.get() + ": a run keeps its model");
    return stored.loadToTrain(precision, device);
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
