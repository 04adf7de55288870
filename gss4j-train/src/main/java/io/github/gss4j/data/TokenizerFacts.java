package io.github.gss4j.data;

import io.github.gss4j.tokenizer.Tokenizer;

/**
 * Which tokenizer made some ids.
 *
 * @param name as a model's config has it
 * @param size one more than the largest id
 * @param fingerprint changes with the ids
 */
public record TokenizerFacts(String name, int size, String fingerprint) {
  /** Those of a tokenizer. */
  public static TokenizerFacts of(Tokenizer tokenizer) {
    return new TokenizerFacts(tokenizer.name(), tokenizer.size(), tokenizer.fingerprint());
  }
}
