package io.github.gss4j.data;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.github.gss4j.files.Digests;
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
 * @param cuts how often the text was cut where its ids may not be those of the whole
 * @param replaced places that are not UTF-8 and are read as U+FFFD
 */
public record EncodedText(
    int format,
    TokenizerFacts tokenizer,
    String text,
    TokenFile tokens,
    @JsonSetter(nulls = Nulls.AS_EMPTY) long cuts,
    @JsonSetter(nulls = Nulls.AS_EMPTY) long replaced) {
  private static final int FORMAT = 1;
  private static final String FILE = "tokens.bin";
  private static final String MANIFEST = "encoded.json";

  /**
   * Encodes a text, documents joined by the end-of-text token where the tokenizer has one.
   *
   * @param bytes one token a byte; for a tokenizer of bytes it is the result itself, else it is
   *     closed here
   * @param cache directory that is made where it is missing and may be deleted at any time
   */
  static TokenStore of(TokenStore bytes, Tokenizer tokenizer, Path cache) {
    return of(bytes, tokenizer, cache, false);
  }

  /** The same, with the bytes of the text that each token stands for: for bits per byte. */
  public static TokenStore counted(TokenStore bytes, Tokenizer tokenizer, Path cache) {
    return of(bytes, tokenizer, cache, true);
  }

  private static TokenStore of(TokenStore bytes, Tokenizer tokenizer, Path cache, boolean counted) {
    if (tokenizer.name().equals(ByteTokenizer.NAME)) {
      return bytes;
    }
    try (bytes) {
      TokenizerFacts facts = TokenizerFacts.of(tokenizer);
      String content = bytes.fingerprint() + "\n" + Digests.hex(bytes.documentEnds().toString());
      content += counted ? "\nwith bytes" : "";
      String key = Digests.hex(FORMAT + "\n" + facts.fingerprint() + "\n" + content);
      Path home = cache.resolve("tokens-" + key.substring(0, 16));
      EncodedText encoded =
          ofWhole(home, counted)
              .orElseGet(
                  () ->
                      AtomicDirectory.make(
                          home,
                          whole -> ofWhole(whole, counted),
                          aside -> {
                            Written ids =
                                encode(
                                    bytes, tokenizer, processors(), aside.resolve(FILE), counted);
                            EncodedText made =
                                new EncodedText(
                                    FORMAT,
                                    facts,
                                    bytes.fingerprint(),
                                    ids.tokens(),
                                    ids.cuts(),
                                    ids.replaced());
                            Manifests.write(aside.resolve(MANIFEST), made);
                            return made;
                          }));
      return encoded.tokens.open(home, facts.size());
    }
  }

  private static Optional<EncodedText> ofWhole(Path home, boolean counted) {
    return Manifests.read(home.resolve(MANIFEST), EncodedText.class)
        .filter(e -> e.format == FORMAT && e.tokens.isWhole(home, e.tokenizer.size()))
        .filter(e -> !counted || e.tokens.isCounted(home));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * What a text was encoded to.
   *
   * @param tokens the ids
   * @param cuts how often it was cut where its ids may not be those of the whole
   * @param replaced places that are not UTF-8 and are read as U+FFFD
   */
  public record Written(TokenFile tokens, long cuts, long replaced) {}

  /**
   * Encodes a text into a file, the same whatever the number of threads.
   *
   * @param counted whether to note the bytes of the text that each token stands for
   */
  public static Written encode(
      TokenStore bytes, Tokenizer tokenizer, int threads, Path file, boolean counted)
      throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (TokenWriter out = new TokenWriter(file, tokenizer.size(), counted)) {
      TextEncoder encoder = new TextEncoder(bytes, tokenizer, out::write);
      long cuts = encoder.encode(workers);
      return new Written(out.finish(file.getFileName().toString()), cuts, encoder.replaced());
    } finally {
      workers.shutdownNow();
    }
  }
}
