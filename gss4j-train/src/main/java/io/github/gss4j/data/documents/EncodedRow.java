package io.github.gss4j.data.documents;

import io.github.gss4j.data.TokenWriter;
import java.util.List;

/** The result for a row. */
sealed interface EncodedRow {
  /** Its number in the shard. */
  long row();

  /**
   * A document.
   *
   * @param heldOut whether it is never trained on
   * @param ids piece by piece, with the end-of-text token after them where there is one; no pieces
   *     where they are not wanted
   * @param counts how many bytes of the text each id stands for, in equal pieces; none for what is
   *     trained on
   * @param cuts how often the text was cut where its ids may not be those of the whole
   * @param bytes of the text
   */
  record Document(
      long row, boolean heldOut, List<int[]> ids, List<int[]> counts, long cuts, long bytes)
      implements EncodedRow {
    /** All ids in one piece. */
    int[] joined() {
      int[] all = new int[ids.stream().mapToInt(piece -> piece.length).sum()];
      int at = 0;
      for (int[] piece : ids) {
        System.arraycopy(piece, 0, all, at, piece.length);
        at += piece.length;
      }
      return all;
    }

    /** Writes them, and what each stands for if that is known. */
    void write(TokenWriter out) {
      for (int i = 0; i < ids.size(); i++) {
        if (counts.isEmpty()) {
          out.write(ids.get(i));
        } else {
          out.write(ids.get(i), counts.get(i));
        }
      }
    }
  }

  /**
   * No document.
   *
   * @param reason in a few words
   */
  record Broken(long row, String reason) implements EncodedRow {}
}
