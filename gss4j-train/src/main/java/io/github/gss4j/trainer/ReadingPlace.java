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
record ReadingPlace(long text, long batch, long part, long at) {
  static ReadingPlace of(String fingerprint, long batch, long part, long at) {
    CRC32C text = new CRC32C();
    text.update(fingerprint.getBytes(StandardCharsets.UTF_8));
    return new ReadingPlace(text.getValue(), batch, part, at);
  }

  static ReadingPlace of(long... numbers) {
    return new ReadingPlace(numbers[0], numbers[1], numbers[2], numbers[3]);
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
  ReadingPlace after(long tokens) {
    return new ReadingPlace(text, batch, part, at + tokens);
  }
}
