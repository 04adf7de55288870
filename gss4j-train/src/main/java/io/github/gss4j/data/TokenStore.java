package io.github.gss4j.data;

/** A long sequence of token ids, read by position; may be larger than memory. Thread-safe. */
public interface TokenStore extends AutoCloseable {
  /** The number of tokens. */
  long size();

  /**
   * Copies the tokens at [offset, offset + into.length).
   *
   * @param offset of the first token
   * @param into filled with token ids
   * @throws IllegalArgumentException if the range does not lie within the store
   * @throws IllegalStateException if the store is closed
   * @throws DataException if what holds the tokens has changed since it was opened
   */
  void read(long offset, long[] into);

  /** SHA-256 of the content in hexadecimal, so that a resumed run notices another corpus. */
  String fingerprint();

  @Override
  void close();
}
