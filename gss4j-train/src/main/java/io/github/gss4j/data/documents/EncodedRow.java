package io.github.gss4j.data.documents;

/** The result for a row. */
sealed interface EncodedRow {
  /** Its number in the shard. */
  long row();

  /**
   * A document.
   *
   * @param heldOut whether it is never trained on
   * @param ids with the end-of-text token after them where there is one; empty where they are not
   *     wanted
   * @param counts how many bytes of the text each id stands for; empty for what is trained on
   * @param cuts how often the text was cut where its ids may not be those of the whole
   * @param bytes of the text
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  record Document(long row, boolean heldOut, int[] ids, int[] counts, long cuts, long bytes)
      implements EncodedRow {}

  /**
   * No document.
   *
   * @param reason in a few words
   */
  record Broken(long row, String reason) implements EncodedRow {}
}
