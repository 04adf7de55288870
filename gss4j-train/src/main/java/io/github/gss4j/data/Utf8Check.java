package io.github.gss4j.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Distinguishes text from other bytes, piece by piece: text decodes as UTF-8 and has no NUL byte.
 */
final class Utf8Check {
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final CharBuffer scratch = CharBuffer.allocate(1 << 13);
  private ByteBuffer left = ByteBuffer.allocate(0);

  /** Whether it may still be text with the first {@code n} bytes of {@code bytes} behind it. */
  boolean accept(byte[] bytes, int n) {
    for (int i = 0; i < n; i++) {
      if (bytes[i] == 0) {
        return false;
      }
    }
    ByteBuffer input = ByteBuffer.allocate(left.remaining() + n).put(left).put(bytes, 0, n).flip();
    if (!decode(input, false)) {
      return false;
    }
    left = input; // at most three bytes of a character that is not complete
    return true;
  }

  /** Whether the text ends with a whole character. */
  boolean ends() {
    return decode(left, true);
  }

  private boolean decode(ByteBuffer input, boolean end) {
    CoderResult result;
    do {
      result = decoder.decode(input, scratch.clear(), end);
    } while (result.isOverflow());
    return result.isUnderflow();
  }
}
