package io.github.gss4j.data;

import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A text of bytes as the tokens of a model, encoded whole and held in memory.
 *
 * <p>Text is encoded in pieces of about a million bytes that end with a line between two characters
 * that are no white space, where byte pairs never reach across.
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
public record EncodedText(int[] ids, String fingerprint) implements TokenStore {
  private static final int PIECE = 1 << 20;

  /**
   * Encodes a text.
   *
   * @param bytes one token a byte; for a tokenizer of bytes it is the result itself, and who closes
   *     that closes this
   */
  public static TokenStore of(TokenStore bytes, Tokenizer tokenizer) {
    if (tokenizer.name().equals(ByteTokenizer.NAME)) {
      return bytes;
    }
    int[] ids = new int[1024];
    int count = 0;
    byte[] rest = new byte[0];
    for (long at = 0; at < bytes.size(); at += PIECE) {
      long[] part = new long[(int) Math.min(PIECE, bytes.size() - at)];
      bytes.read(at, part);
      byte[] text = Arrays.copyOf(rest, rest.length + part.length);
      for (int i = 0; i < part.length; i++) {
        text[rest.length + i] = (byte) part[i];
      }
      int end = at + part.length == bytes.size() ? text.length : cut(text);
      int[] more = tokenizer.encode(new String(text, 0, end, StandardCharsets.UTF_8));
      if (count + more.length > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(count + more.length, Math.multiplyExact(ids.length, 2)));
      }
      System.arraycopy(more, 0, ids, count, more.length);
      count += more.length;
      rest = Arrays.copyOfRange(text, end, text.length);
    }
    return new EncodedText(Arrays.copyOf(ids, count), bytes.fingerprint() + "-" + tokenizer.name());
  }

  /** After the last line that ends between two visible ASCII characters; 0 if there is none. */
  private static int cut(byte[] text) {
    for (int i = text.length - 2; i > 0; i--) {
      if (text[i] == '\n' && isVisible(text[i - 1]) && isVisible(text[i + 1])) {
        return i + 1;
      }
    }
    return 0;
  }

  private static boolean isVisible(byte b) {
    return b > ' ' && b < 127;
  }

  @Override
  public long size() {
    return ids.length;
  }

  @Override
  public void read(long offset, long[] into) {
    Arrays.setAll(into, i -> ids[Math.toIntExact(offset) + i]);
  }

  @Override
  public void close() {}
}
