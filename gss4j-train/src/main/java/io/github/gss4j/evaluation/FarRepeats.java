package io.github.gss4j.evaluation;

import java.util.HashMap;
import java.util.Map;

/**
 * Which tokens of a text repeat what was read long ago: the {@value #BYTES} bytes that end with the
 * token were read before, last more than {@value #DISTANCE} bytes ago. What a model foretells
 * better there than one that forgets, it remembers.
 *
 * <p>The last place of all {@value #BYTES} bytes in a row is kept: memory grows with the text.
 */
final class FarRepeats {
  /** How many bytes repeat. */
  static final int BYTES = 8;

  /** How many bytes ago they ended at the latest. */
  static final int DISTANCE = 1000;

  private final Map<Long, Long> ends = new HashMap<>();
  private long gram; // the last eight bytes
  private long read;

  /** Reads a token; whether it is a far repeat. */
  boolean read(byte[] token) {
    boolean far = false;
    for (byte value : token) {
      gram = (gram << Byte.SIZE) | (value & 0xFF);
      read++;
      Long before = read < BYTES ? null : ends.put(gram, read);
      far = before != null && read - before > DISTANCE;
    }
    return far;
  }
}
