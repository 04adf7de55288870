package io.github.gss4j.tokenizer;

import java.util.Arrays;
import java.util.Optional;

/**
 * Tokens of a text and where each lies in it. Where several tokens are one character, each has all
 * of it; what a tokenizer leaves out (spaces, marks) lies between tokens.
 *
 * @param ids the tokens
 * @param starts the index of each token's first character
 * @param ends the index after its last
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
public record LocatedTokens(int[] ids, int[] starts, int[] ends) {
  /** Spans overlap only where several tokens are one character, or a normalizer joined a few. */
  private static final int MOST_OF_A_CHARACTER = 32;

  /** How many tokens there are. */
  int count() {
    return ids.length;
  }

  /** The place before a token that all tokens before it have ended at. */
  int endBefore(int token) {
    int end = 0;
    for (int i = token - 1; i >= 0 && (i >= token - MOST_OF_A_CHARACTER || end == 0); i--) {
      end = Math.max(end, ends[i]);
    }
    return end;
  }

  /**
   * Places tokens whose bytes, one after another, are those of the text.
   *
   * @param bytes how many bytes each token has
   * @return nothing where they are not as many as the text has
   */
  static Optional<LocatedTokens> byBytes(String text, int[] ids, int[] bytes) {
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    long at = 0; // bytes of the tokens so far
    long end = 0; // bytes of the text up to the character at index
    int index = 0;
    int begin = 0;
    for (int i = 0; i < ids.length; i++) {
      starts[i] = end > at ? begin : index;
      at += bytes[i];
      while (end < at) {
        if (index >= text.length()) {
          return Optional.empty();
        }
        int point = text.codePointAt(index);
        begin = index;
        index += Character.charCount(point);
        end += utf8Bytes(point);
      }
      ends[i] = index;
    }
    return end == at && index == text.length()
        ? Optional.of(new LocatedTokens(ids, starts, ends))
        : Optional.empty();
  }

  /** Tokens whose places are not known. */
  static LocatedTokens nowhere(String text, int[] ids) {
    int[] ends = new int[ids.length];
    Arrays.fill(ends, text.length());
    return new LocatedTokens(ids, new int[ids.length], ends);
  }

  /** Of a character in UTF-8. */
  static int utf8Bytes(int point) {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }

  /** A copy whose places count characters as Java does, where so far they count points. */
  public LocatedTokens inChars(String text) {
    if (text.codePointCount(0, text.length()) == text.length()) {
      return this;
    }
    int[] index = new int[text.codePointCount(0, text.length()) + 1];
    for (int point = 0, at = 0; point < index.length; point++) {
      index[point] = at;
      at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
    }
    return new LocatedTokens(
        ids,
        Arrays.stream(starts).map(point -> index[point]).toArray(),
        Arrays.stream(ends).map(point -> index[point]).toArray());
  }
}
