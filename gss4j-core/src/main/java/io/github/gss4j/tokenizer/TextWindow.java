package io.github.gss4j.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of a long text, which overlaps the next part.
 *
 * @param text the part
 * @param next where the next part begins in it; its length for the last one
 * @param bytesBefore how many bytes of the text stand before each character and after the last;
 *     nothing where they are those of UTF-8
 */
public record TextWindow(String text, int next, Optional<int[]> bytesBefore) {
  /** The most characters of a window of {@link #of}. */
  private static final int LENGTH = 21_000; // 63 kB of Chinese

  private static final int OVERLAP = 3_000;

  /** Whether a text is one window. */
  public static boolean isShort(String text) {
    return text.length() <= LENGTH;
  }

  /** Cuts a text into windows. */
  public static List<TextWindow> of(String text) {
    List<TextWindow> windows = new ArrayList<>();
    int from = 0;
    while (text.length() - from > LENGTH) {
      int next = whole(text, from + LENGTH - OVERLAP);
      String part = text.substring(from, whole(text, from + LENGTH));
      windows.add(new TextWindow(part, next - from, Optional.empty()));
      from = next;
    }
    String rest = text.substring(from);
    windows.add(new TextWindow(rest, rest.length(), Optional.empty()));
    return windows;
  }

  /** The place itself, or the one before it inside a surrogate pair. */
  private static int whole(String text, int at) {
    return Character.isLowSurrogate(text.charAt(at))
            && Character.isHighSurrogate(text.charAt(at - 1))
        ? at - 1
        : at;
  }

  /** How many bytes some of its characters are. */
  int bytes(int from, int to) {
    if (bytesBefore.isPresent()) {
      return bytesBefore.get()[to] - bytesBefore.get()[from];
    }
    int bytes = 0;
    for (int i = from; i < to; ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      bytes += LocatedTokens.utf8Bytes(point);
    }
    return bytes;
  }
}
