package io.github.gss4j.data.documents;

import io.github.gss4j.tokenizer.PiecewiseEncoder;
import io.github.gss4j.tokenizer.TextWindow;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns rows into ids.
 *
 * @param tokenizer whose ids are wanted
 * @param options say what is held out
 * @param train whether the ids of what is trained on are wanted
 * @param heldOut whether those of what is held out are
 */
record RowEncoder(Tokenizer tokenizer, DocumentOptions options, boolean train, boolean heldOut) {
  EncodedRow encode(Row row) {
    try {
      String text = row.text();
      long bytes = utf8Bytes(text);
      boolean held = options.isHeldOut(text);
      List<int[]> ids = new ArrayList<>();
      List<int[]> counts = new ArrayList<>();
      long cuts = 0;
      if (held ? heldOut : train) {
        cuts = encode(text, held, ids, counts);
      }
      return new EncodedRow.Document(row.number(), held, ids, counts, cuts, bytes);
    } catch (BrokenRowException e) {
      return new EncodedRow.Broken(row.number(), e.getMessage());
    }
  }

  private static long utf8Bytes(String text) throws BrokenRowException {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        throw new BrokenRowException("has half of a surrogate pair in its text");
      }
    }
    return bytes;
  }

  /** Adds the ids of a text, and what they stand for if that is counted; how often it was cut. */
  private long encode(String text, boolean counted, List<int[]> ids, List<int[]> counts) {
    long cuts = 0;
    if (counted || !TextWindow.isShort(text)) {
      PiecewiseEncoder pieces =
          new PiecewiseEncoder(
              tokenizer,
              (some, bytes) -> {
                ids.add(some);
                if (counted) {
                  counts.add(bytes);
                }
              });
      TextWindow.of(text).forEach(pieces::add);
      pieces.end();
      cuts = pieces.cuts();
    } else {
      int[] all = tokenizer.encode(text);
      if (all.length > 0) {
        ids.add(all);
      }
    }
    if (tokenizer.endOfText().isPresent()) {
      ids.add(new int[] {tokenizer.endOfText().getAsInt()});
      if (counted) {
        counts.add(new int[1]);
      }
    }
    return cuts;
  }
}
