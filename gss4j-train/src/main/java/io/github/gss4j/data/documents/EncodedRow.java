package io.github.gss4j.data.documents;

/** What became of a row. */
sealed interface EncodedRow {
  /** Its number in the shard. */
  long row();

  /**
   * A document.
   *
   * @param heldOut whether it is never trained on
   * @param ids with the end-of-text token after them where there is one; empty where they are not
   *     wanted
   * @param bytes of the text
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  record Document(long row, boolean heldOut, int[] ids, long bytes) implements EncodedRow {}

  /**
   * No document.
   *
   * @param reason in a few words
   */
  record Broken(long row, String reason) implements EncodedRow {}
}
