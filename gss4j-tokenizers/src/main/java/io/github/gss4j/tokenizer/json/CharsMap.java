package io.github.gss4j.tokenizer.json;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's table of replacements ({@code precompiled_charsmap}): the length of a
 * double-array trie, the trie, then the replacements, each ended by a zero byte.
 *
 * <p>A unit of the trie holds the label of the edge to it (low 8 bits, and bit 31), whether a value
 * follows (bit 8), and how its children's place is reckoned from its own (bits 9 to 30).
 */
final class CharsMap {
  private final IntBuffer trie;
  private final byte[] replacements;

  private CharsMap(IntBuffer trie, byte[] replacements) {
    this.trie = trie;
    this.replacements = replacements;
  }

  /** Whether every look-up in a table, for any text, stays within it. */
  static boolean isSound(byte[] table) {
    if (table.length < 8) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    int trieBytes = bytes.getInt();
    if (trieBytes < 4 || trieBytes % 4 != 0 || trieBytes > bytes.remaining()) {
      return false;
    }
    IntBuffer trie = bytes.slice(4, trieBytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    byte[] replacements = new byte[bytes.remaining() - trieBytes];
    bytes.get(4 + trieBytes, replacements);
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
    } catch (CharacterCodingException e) {
      return false;
    }
    return new CharsMap(trie, replacements).everyWalkStaysInside();
  }

  private boolean everyWalkStaysInside() {
    BitSet seen = new BitSet(trie.limit());
    Deque<Integer> open = new ArrayDeque<>();
    open.push(childrenOf(0));
    while (!open.isEmpty()) {
      int children = open.pop();
      for (int label = 1; label < 256; label++) {
        int child = children ^ label;
        if (isOutside(child)) {
          return false;
        }
        if ((trie.get(child) & 0x8000_00ff) != label) {
          continue;
        }
        int next = childrenOf(child);
        if (isOutside(next) || (hasValue(child) && !isReplacement(trie.get(next)))) {
          return false;
        }
        if (!seen.get(next)) {
          seen.set(next);
          open.push(next);
        }
      }
    }
    return true;
  }

  private boolean isOutside(int unit) {
    return unit < 0 || unit >= trie.limit();
  }

  private int childrenOf(int unit) {
    int bits = trie.get(unit);
    return unit ^ ((bits >>> 10) << ((bits & 0x200) >>> 6));
  }

  private boolean hasValue(int unit) {
    return (trie.get(unit) & 0x100) != 0;
  }

  private boolean isReplacement(int unit) {
    int start = unit & 0x7fff_ffff;
    return start <= replacements.length
        && (start == replacements.length || (replacements[start] & 0xc0) != 0x80);
  }
}
