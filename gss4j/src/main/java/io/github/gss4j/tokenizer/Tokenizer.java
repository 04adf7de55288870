package io.github.gss4j.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * Turns text into token ids and back, without loss.
 *
 * <p>A token is a piece of UTF-8, not always whole characters: decode tokens one after another into
 * bytes, and bytes into characters with a decoder that keeps halves back.
 */
public interface Tokenizer {
  /** The name under which a model's {@code config.json} keeps it. */
  String name();

  /** One more than the largest id. */
  int size();

  /** The ids of a text. */
  int[] encode(String text);

  /**
   * The bytes that one token stands for.
   *
   * @throws IllegalArgumentException if the id is not in [0, size)
   */
  byte[] decode(int id);

  /** The text of whole tokens; bytes that are no UTF-8 become U+FFFD. */
  default String decode(int[] ids) {
    var bytes = new java.io.ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(decode(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
