package io.github.gss4j.data.documents;

import io.github.gss4j.tokenizer.PiecewiseEncoder;
import io.github.gss4j.tokenizer.PiecewiseEncoder.Encoded;
import io.github.gss4j.tokenizer.TextWindow;
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
  private static final Encoded NOTHING = new Encoded(NONE, NONE, 0);

  EncodedRow encode(Row row) {
    try {
      String text = row.text();
      long bytes = utf8Bytes(text);
      boolean held = options.isHeldOut(text);
      Encoded encoded = (held ? heldOut : train) ? encoded(text, held) : NOTHING;
      return new EncodedRow.Document(
          row.number(), held, encoded.ids(), encoded.bytes(), encoded.cuts(), bytes);
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

  private Encoded encoded(String text, boolean counted) {
    Encoded encoded =
        counted || !TextWindow.isShort(text)
            ? PiecewiseEncoder.encode(tokenizer, text)
            : new Encoded(tokenizer.encode(text), NONE, 0);
    if (tokenizer.endOfText().isEmpty()) {
      return encoded;
    }
    int count = encoded.ids().length;
    int[] ended = Arrays.copyOf(encoded.ids(), count + 1);
    ended[count] = tokenizer.endOfText().getAsInt();
    return new Encoded(
        ended, counted ? Arrays.copyOf(encoded.bytes(), count + 1) : NONE, encoded.cuts());
  }
}
