package io.github.gss4j.study;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.List;

/**
 * What is measured of a run's model beyond the loss of the held-out text read as one stream.
 *
 * @param windows the same text in windows of the training's length, each from the zero state
 * @param positions loss by position
 */
record Measured(Reading windows, List<LossByPosition> positions) {
  /**
   * How well a text is foretold.
   *
   * @param loss in nats per token
   * @param bitsPerByte NaN where bytes are not known
   */
  record Reading(double loss, @JsonProperty("bits_per_byte") double bitsPerByte) {
    private static Reading of(Evaluator.Result result) {
      return new Reading(result.loss(), result.bitsPerByte());
    }
  }

  /** Measures a model that was trained at {@code seqLen} tokens. */
  static Measured of(
      InferenceModel model, TokenStore text, Tokenizer tokenizer, int seqLen, StudyConfig config) {
    Evaluator evaluator = new Evaluator(model, tokenizer);
    return new Measured(
        Reading.of(evaluator.windows(text, seqLen, share -> {})),
        LossByPosition.of(model, text, seqLen, config.times(), config.positionTokens()));
  }
}
