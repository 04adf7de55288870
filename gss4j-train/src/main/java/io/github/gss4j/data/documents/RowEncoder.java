package io.github.gss4j.data.documents;

import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns rows into ids.
 *
 * @param tokenizer whose ids are wanted
 * @param options say what is held out
 * @param train whether the ids of what is trained on are wanted
 * @param heldOut whether those of what is held out are
 */
record RowEncoder(Tokenizer tokenizer, DocumentOptions options, boolean train, boolean heldOut) {
  private static final int[] NONE = {};

  EncodedRow encode(Row row) {
    try {
      String text = row.text();
      long bytes = utf8Bytes(text);
      boolean held = options.isHeldOut(text);
      int[] ids = (held ? heldOut : train) ? ids(text) : NONE;
      return new EncodedRow.Document(row.number(), held, ids, bytes);
    } catch (BrokenRowException e) {
      return new EncodedRow.Broken(row.number(), e.getMessage());
    }
  }

  private static long utf8Bytes(String text) throws BrokenRowException {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)).remaining();
    } catch (CharacterCodingException e) {
      throw new BrokenRowException("has half of a surrogate pair in its text", e);
    }
  }

  private int[] ids(String text) {
    int[] ids = tokenizer.encode(text);
    if (tokenizer.endOfText().isEmpty()) {
      return ids;
    }
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = tokenizer.endOfText().getAsInt();
    return ended;
  }
}
