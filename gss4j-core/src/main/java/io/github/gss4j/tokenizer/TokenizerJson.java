package io.github.gss4j.tokenizer;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Opens a {@code tokenizer.json}; found by {@link ServiceLoader}. {@code gss4j-tokenizers} has one.
 */
public interface TokenizerJson {
  /** The file's name, and the tokenizer's in {@code config.json}. */
  String NAME = "tokenizer.json";

  /**
   * Opens a file, and what lies beside it and names its special tokens.
   *
   * @param mostIds how many ids the model has: a token that the files beside it name as the end of
   *     a text and it lacks is added only where there is an id for it
   * @throws TokenizerException if it is not a valid {@code tokenizer.json}
   */
  Tokenizer open(Path file, int mostIds);

  /**
   * Opens a file: what {@link BytePairTrainer} wrote in Java alone, others with the module that is
   * there.
   *
   * @throws TokenizerException if the file is invalid, or no module reads it
   */
  static Tokenizer read(Path file, int mostIds) {
    return BytePairTokenizer.read(file).orElseGet(() -> readAnyKind(file, mostIds));
  }

  private static Tokenizer readAnyKind(Path file, int mostIds) {
    return ServiceLoader.load(TokenizerJson.class, TokenizerJson.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () ->
                new TokenizerException(
                    file,
                    "is read by io.github.gss4j:gss4j-tokenizers, which is not on the class path: add"
                        + " it, or copy gss4j-tokenizers-*.jar, tokenizers-*.jar, api-*.jar and"
                        + " gson-*.jar from lib/ of the full distribution into lib/ of this one"))
        .open(file, mostIds);
  }
}
