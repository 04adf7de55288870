package io.github.gss4j.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * GPT-2's alphabet, in which each character of a spelling is one byte: printable bytes are
 * themselves, the others follow from U+0100.
 */
public final class ByteAlphabet {
  private static final Map<Integer, Integer> BYTE_OF_CHARACTER = bytesByCharacter();
  private static final char[] CHARACTER_OF_BYTE = charactersByByte();

  private ByteAlphabet() {}

  /** The 256 characters. */
  public static Set<Integer> characters() {
    return BYTE_OF_CHARACTER.keySet();
  }

  /** The bytes of a spelling; one that is not in the alphabet stands for itself in UTF-8. */
  public static byte[] bytes(String spelling) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int point : spelling.codePoints().toArray()) {
      Integer value = BYTE_OF_CHARACTER.get(point);
      if (value == null) {
        return spelling.getBytes(StandardCharsets.UTF_8);
      }
      bytes.write(value);
    }
    return bytes.toByteArray();
  }

  /** How bytes are spelled. */
  public static String spelling(byte[] bytes) {
    StringBuilder spelling = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      spelling.append(CHARACTER_OF_BYTE[b & 0xff]);
    }
    return spelling.toString();
  }

  private static char[] charactersByByte() {
    char[] characters = new char[256];
    BYTE_OF_CHARACTER.forEach((point, value) -> characters[value] = (char) (int) point);
    return characters;
  }

  private static Map<Integer, Integer> bytesByCharacter() {
    Map<Integer, Integer> bytes = new HashMap<>();
    int next = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value > 0x20 && value < 0x7f) || (value > 0xa0 && value <= 0xff && value != 0xad);
      bytes.put(printable ? value : next++, value);
    }
    return Map.copyOf(bytes);
  }
}
