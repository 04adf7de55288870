package io.github.gss4j.trainer;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Where the sequences of a micro-batch begin in a text that is cut into long parts, one a sequence:
 * a state that was carried to one place is of no use at another.
 *
 * @param text a checksum of the text's fingerprint
 * @param batch how many parts there are
 * @param part tokens of each
 * @param at tokens of a part before the place
 */
record TextPosition(long text, long batch, long part, long at) {
  static TextPosition of(String fingerprint, long batch, long part, long at) {
    CRC32C text = new CRC32C();
    text.update(fingerprint.getBytes(StandardCharsets.UTF_8));
    return new TextPosition(text.getValue(), batch, part, at);
  }

  static TextPosition of(long... numbers) {
    return new TextPosition(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  /** For a checkpoint. */
  long[] numbers() {
    return new long[] {text, batch, part, at};
  }

  /** Whether nothing comes before it. */
  boolean isBeginning() {
    return at == 0;
  }

  /** After a block. */
  TextPosition after(long tokens) {
    return new TextPosition(text, batch, part, at + tokens);
  }
}
