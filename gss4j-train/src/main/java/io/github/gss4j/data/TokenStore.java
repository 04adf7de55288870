package io.github.gss4j.data;

import java.util.List;
import java.util.Optional;

/** A long sequence of token ids, read by position; may be larger than memory. Thread-safe. */
public interface TokenStore extends AutoCloseable {
  /** The number of tokens. */
  long size();

  /**
   * Copies the tokens at [offset, offset + into.length).
   *
   * @param offset of the first token
   * @param into filled with token ids
   * @throws IllegalArgumentException if the range is not within the store
   * @throws IllegalStateException if the store is closed
   * @throws DataException if what holds the tokens has changed since it was opened
   */
  void read(long offset, long[] into);

  /** SHA-256 of the content in hexadecimal, so that a resumed run notices another corpus. */
  String fingerprint();

  /**
   * How many bytes of the text each token stands for, at the same offsets, where that was noted;
   * closed with this store.
   */
  default Optional<TokenStore> byteCounts() {
    return Optional.empty();
  }

  /** Where documents end, rising, the last at {@link #size}; one document unless it is known. */
  default List<Long> documentEnds() {
    return List.of(size());
  }

  /** Refuses a range that is not within a store. */
  static void checkRange(long offset, int count, long size) {
    if (offset < 0 || offset > size - count) {
      throw new IllegalArgumentException(
          "tokens " + offset + " to " + (offset + count) + " were asked for, the text has " + size);
    }
  }

  @Override
  void close();
}
