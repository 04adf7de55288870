package io.github.gss4j.generation;

import java.util.List;
import java.util.OptionalInt;

/**
 * How a text goes on and when it ends.
 *
 * @param maxNewTokens at most this many tokens; 0 only reads the prompt
 * @param sampling how tokens are chosen
 * @param endToken ends a sequence and is not part of it
 * @param stop texts that end a sequence and are not part of it; they need a tokenizer
 */
public record GenerationOptions(
    int maxNewTokens, Sampling sampling, OptionalInt endToken, List<String> stop) {
  /** Checks the number of tokens and copies the list. */
  public GenerationOptions {
    if (maxNewTokens < 0) {
      throw new IllegalArgumentException(
          "max-new-tokens is " + maxNewTokens + ", expected 0 or more");
    }
    if (stop.contains("")) {
      throw new IllegalArgumentException("stop is an empty text, expected at least one character");
    }
    stop = List.copyOf(stop);
  }

  /** A number of tokens, with no other reason to stop. */
  public static GenerationOptions of(int maxNewTokens, Sampling sampling) {
    return new GenerationOptions(maxNewTokens, sampling, OptionalInt.empty(), List.of());
  }

  /** The same with an end token. */
  public GenerationOptions withEndToken(int id) {
    return new GenerationOptions(maxNewTokens, sampling, OptionalInt.of(id), stop);
  }

  /** The same with texts to stop at. */
  public GenerationOptions withStop(List<String> texts) {
    return new GenerationOptions(maxNewTokens, sampling, endToken, texts);
  }
}
