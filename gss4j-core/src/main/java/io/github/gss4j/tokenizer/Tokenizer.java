package io.github.gss4j.tokenizer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back. Thread-safe.
 *
 * <p>A token is a piece of UTF-8, not always whole characters: decode tokens one after another into
 * bytes, and bytes into characters with a {@link StreamDecoder}, which keeps halves back.
 *
 * <p>A lone half of a surrogate pair is no character; it is encoded as U+FFFD. Everything else
 * comes back as it was from {@link ByteTokenizer} and {@link Gpt2Tokenizer}; a {@code
 * tokenizer.json} may change its text first (lower case, spaces), as its file says.
 */
public interface Tokenizer extends AutoCloseable {
  /** The name under which a model's {@code config.json} keeps it. */
  String name();

  /** One more than the largest id. */
  int size();

  /** Changes with everything that decides which ids a text has. */
  default String fingerprint() {
    return name();
  }

  /** The ids of a text. */
  int[] encode(String text);

  /**
   * The ids with the place of each token. Where the tokens' bytes are not those of the text, and a
   * tokenizer does not know better, each is said to be all of it.
   */
  default LocatedTokens locate(String text) {
    String whole = WellFormed.of(text);
    int[] ids = encode(whole);
    int[] bytes = Arrays.stream(ids).map(id -> decode(id).length).toArray();
    return LocatedTokens.byBytes(whole, ids, bytes)
        .orElseGet(() -> LocatedTokens.nowhere(whole, ids));
  }

  /** Whether a token has this id: models often have more ids than their tokenizers have tokens. */
  default boolean isToken(int id) {
    return id >= 0 && id < size();
  }

  /**
   * The bytes that one token stands for in the middle of a text; none where no token has the id, as
   * Hugging Face's libraries have it.
   *
   * @throws IllegalArgumentException if the id is negative
   */
  byte[] decode(int id);

  /** Refuses what is no id of any vocabulary. */
  static void checkId(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("token id is " + id + ", expected 0 or more");
    }
  }

  /** The text of whole tokens; bytes that are not UTF-8 become U+FFFD. */
  default String decode(int[] ids) {
    var bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(decode(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The id that stands between documents, where there is one. */
  default OptionalInt endOfText() {
    return OptionalInt.empty();
  }

  /**
   * Writes what this tokenizer needs beside a model, so that {@link Tokenizers#forModel} finds it
   * there. Only a {@code tokenizer.json} has files.
   */
  default void save(Path directory) throws IOException {}

  /** Frees native memory, where there is some. */
  @Override
  default void close() {}
}
