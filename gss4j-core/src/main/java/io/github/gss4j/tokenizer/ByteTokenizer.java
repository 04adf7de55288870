package io.github.gss4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes as tokens: id = the byte of the text's UTF-8, 0 to 255. Needs no files and fits all text.
 */
public record ByteTokenizer() implements Tokenizer {
  /** Its name in {@code config.json}. */
  public static final String NAME = "bytes";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int size() {
    return 256;
  }

  @Override
  public int[] encode(String text) {
    byte[] bytes = WellFormed.of(text).getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      ids[i] = bytes[i] & 0xff;
    }
    return ids;
  }

  @Override
  public LocatedTokens locate(String text) {
    int[] ids = encode(text);
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    return LocatedTokens.byBytes(WellFormed.of(text), ids, ones).orElseThrow();
  }

  @Override
  public byte[] decode(int id) {
    Tokenizer.checkId(id);
    return isToken(id) ? new byte[] {(byte) id} : new byte[0];
  }
}
