package io.github.gss4j.data;

import io.github.gss4j.tokenizer.TextWindow;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A document of UTF-8 as windows of 64 kB that overlap. What is not UTF-8 is read as U+FFFD.
 *
 * @param bytes one token a byte
 * @param end of the document
 */
record ByteWindows(TokenStore bytes, long end) {
  private static final int LENGTH = 1 << 16;
  private static final int OVERLAP = 1 << 13;

  /** The bytes that follow the first of a character. */
  private static final int MOST_CONTINUED = 3;

  /**
   * One of them, read but not decoded.
   *
   * @param raw its bytes
   * @param next where the next begins in it; its length for the last one
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  record Piece(byte[] raw, int next) {
    /** The piece as text. */
    Decoded decoded() {
      Text head = Text.of(raw, 0, next);
      Text tail = Text.of(raw, next, raw.length);
      String text = head.text + tail.text;
      long replaced = head.replaced;
      Optional<int[]> before =
          head.replaced + tail.replaced == 0
              ? Optional.empty()
              : Optional.of(joined(head.bytesBefore, tail.bytesBefore, next));
      return new Decoded(new TextWindow(text, head.text.length(), before), replaced);
    }

    private static int[] joined(int[] head, int[] tail, int shift) {
      int[] all = Arrays.copyOf(head, head.length + tail.length - 1);
      for (int i = 1; i < tail.length; i++) {
        all[head.length + i - 1] = tail[i] + shift;
      }
      return all;
    }
  }

  /**
   * A piece as text.
   *
   * @param replaced places before the next piece that are not UTF-8
   */
  record Decoded(TextWindow window, long replaced) {}

  /** Text and where its characters are in the bytes. */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  private record Text(String text, int[] bytesBefore, long replaced) {
    static Text of(byte[] raw, int from, int to) {
      CharsetDecoder decoder =
          StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
      ByteBuffer in = ByteBuffer.wrap(raw, from, to - from);
      CharBuffer out = CharBuffer.allocate(to - from);
      int[] before = new int[to - from + 1];
      int counted = 0;
      long replaced = 0;
      while (true) {
        CoderResult result = decoder.decode(in, out, true);
        counted = count(out, counted, before);
        if (!result.isError()) {
          break;
        }
        replaced++;
        out.put('\ufffd');
        in.position(in.position() + result.length());
        before[++counted] = in.position() - from;
      }
      String text = out.flip().toString();
      return new Text(text, Arrays.copyOf(before, text.length() + 1), replaced);
    }

    /** Counts the bytes of characters that were decoded. */
    private static int count(CharBuffer out, int counted, int[] before) {
      int i = counted;
      for (; i < out.position(); i++) {
        char c = out.get(i);
        int bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        if (Character.isHighSurrogate(c)) {
          bytes = 4;
        } else if (Character.isLowSurrogate(c)) {
          bytes = 0;
        }
        before[i + 1] = before[i] + bytes;
      }
      return i;
    }
  }

  /** Reads the one that begins at a place. */
  Piece at(long from) {
    int length = (int) Math.min(LENGTH, end - from);
    long[] tokens = new long[length];
    bytes.read(from, tokens);
    byte[] raw = new byte[length];
    for (int i = 0; i < length; i++) {
      raw[i] = (byte) tokens[i];
    }
    return new Piece(raw, from + length == end ? length : whole(raw, length - OVERLAP));
  }

  /** The place itself, or the one before it where a character begins. */
  private static int whole(byte[] raw, int at) {
    int begin = at;
    while (at - begin < MOST_CONTINUED && (raw[begin] & 0xc0) == 0x80) {
      begin--;
    }
    return begin;
  }
}
