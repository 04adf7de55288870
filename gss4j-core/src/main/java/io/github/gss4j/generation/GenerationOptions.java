package io.github.gss4j.generation;

import io.github.gss4j.config.Checks;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a text continues and when it ends.
 *
 * @param maxNewTokens at most this many tokens; 0 only reads the prompt
 * @param sampling how tokens are chosen
 * @param endToken ends a sequence and is not part of it
 * @param stop texts that end a sequence and are not part of it; they need a tokenizer
 * @param logProbabilities how many of the likeliest tokens to name in each place, beside the chosen
 *     one's own logarithm; empty takes none of them
 */
public record GenerationOptions(
    int maxNewTokens,
    Sampling sampling,
    OptionalInt endToken,
    List<String> stop,
    OptionalInt logProbabilities) {
  /** Checks the number of tokens and copies the list. */
  public GenerationOptions {
    int top = logProbabilities.orElse(0);
    Checks.that(maxNewTokens >= 0, "max-new-tokens", maxNewTokens, "0 or more");
    Checks.that(!stop.contains(""), "stop", "an empty text", "at least one character");
    Checks.that(top >= 0, "logprobs", top, "0 or more");
    stop = List.copyOf(stop);
  }

  /** A number of tokens, with no other reason to stop. */
  public static GenerationOptions of(int maxNewTokens, Sampling sampling) {
    return new GenerationOptions(
        maxNewTokens, sampling, OptionalInt.empty(), List.of(), OptionalInt.empty());
  }

  /** A copy with another way to choose tokens. */
  public GenerationOptions withSampling(Sampling newSampling) {
    return new GenerationOptions(maxNewTokens, newSampling, endToken, stop, logProbabilities);
  }

  /** A copy with an end token. */
  public GenerationOptions withEndToken(int id) {
    return withEndToken(OptionalInt.of(id));
  }

  /** A copy with an end token, or without one. */
  public GenerationOptions withEndToken(OptionalInt id) {
    return new GenerationOptions(maxNewTokens, sampling, id, stop, logProbabilities);
  }

  /** A copy with texts to stop at. */
  public GenerationOptions withStop(List<String> texts) {
    return new GenerationOptions(maxNewTokens, sampling, endToken, texts, logProbabilities);
  }

  /** A copy with logarithms of probabilities, of so many of the likeliest tokens too. */
  public GenerationOptions withLogProbabilities(int top) {
    return new GenerationOptions(maxNewTokens, sampling, endToken, stop, OptionalInt.of(top));
  }
}
