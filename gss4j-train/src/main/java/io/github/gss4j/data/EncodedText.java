package io.github.gss4j.data;

import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A text of bytes as the tokens of a model, encoded once into a mapped {@link TokenFile} of the
 * cache.
 *
 * @param format of this manifest
 * @param tokenizer that made the ids
 * @param text fingerprint of the bytes
 * @param tokens the ids
 */
public record EncodedText(int format, TokenizerFacts tokenizer, String text, TokenFile tokens) {
  private static final int FORMAT = 1;
  private static final String MANIFEST = "encoded.json";

  /**
   * Encodes a text, documents joined by the end-of-text token where the tokenizer has one.
   *
   * @param bytes one token a byte; for a tokenizer of bytes it is the result itself, else it is
   *     closed here
   * @param cache directory that is made where it is missing and may be deleted at any time
   */
  public static TokenStore of(TokenStore bytes, Tokenizer tokenizer, Path cache) {
    if (tokenizer.name().equals(ByteTokenizer.NAME)) {
      return bytes;
    }
    try (bytes) {
      TokenizerFacts facts = TokenizerFacts.of(tokenizer);
      String content = bytes.fingerprint() + "\n" + Hex.of(bytes.documentEnds().toString());
      String key = Hex.of(FORMAT + "\n" + facts.fingerprint() + "\n" + content);
      Path home = cache.resolve("tokens-" + key.substring(0, 16));
      EncodedText encoded =
          ofWhole(home)
              .orElseGet(
                  () ->
                      WholeDirectory.make(
                          home,
                          EncodedText::ofWhole,
                          aside -> {
                            TokenFile ids =
                                encode(bytes, tokenizer, processors(), aside, "tokens.bin");
                            EncodedText made =
                                new EncodedText(FORMAT, facts, bytes.fingerprint(), ids);
                            Manifests.write(aside.resolve(MANIFEST), made);
                            return made;
                          }));
      return encoded.tokens.open(home, facts.size());
    }
  }

  private static Optional<EncodedText> ofWhole(Path home) {
    return Manifests.read(home.resolve(MANIFEST), EncodedText.class)
        .filter(e -> e.format == FORMAT && e.tokens.isWhole(home, e.tokenizer.size()));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** Encodes a text into a file, the same whatever the number of threads. */
  public static TokenFile encode(
      TokenStore bytes, Tokenizer tokenizer, int threads, Path home, String file)
      throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (TokenWriter out = new TokenWriter(home.resolve(file), tokenizer.size())) {
      new TextEncoder(bytes, tokenizer).encode(workers, out::write);
      return out.finish(file);
    } finally {
      workers.shutdownNow();
    }
  }
}
