package io.github.gss4j.study;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.evaluation.SplitLoss;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.List;

/**
 * What is measured of a run's model beyond the loss of the held-out text read as one stream.
 *
 * @param windows the same text in windows of the training's length, each from the zero state
 * @param farRepeats of the stream: tokens that repeat something last read long ago
 * @param rest of the stream: all other tokens
 * @param farShare share of the bytes that far repeats have
 * @param positions loss by position
 */
record Measured(
    Reading windows,
    @JsonProperty("far_repeats") Reading farRepeats,
    Reading rest,
    @JsonProperty("far_share") double farShare,
    List<LossByPosition> positions) {

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

  /** Whether far repeats were measured, too. */
  boolean isWhole() {
    return farRepeats != null;
  }

  /** Measures a model that was trained at {@code seqLen} tokens. */
  static Measured of(
      InferenceModel model, TokenStore text, Tokenizer tokenizer, int seqLen, StudyConfig config) {
    Evaluator evaluator = new Evaluator(model, tokenizer);
    SplitLoss stream = evaluator.farRepeats(text, share -> {});
    return new Measured(
        Reading.of(evaluator.windows(text, seqLen, share -> {})),
        Reading.of(stream.far()),
        Reading.of(stream.rest()),
        stream.farShare(),
        LossByPosition.of(model, text, seqLen, config.times(), config.positionTokens()));
  }
}
