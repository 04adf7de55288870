package io.github.gss4j.data.documents;

import java.io.IOException;
import java.util.Optional;

/** Reads the rows of a shard one after another. Not thread-safe. */
public interface RowReader extends AutoCloseable {
  /**
   * The next row, nothing after the last.
   *
   * @throws IOException if the shard is broken here; nothing more can be read of it
   */
  Optional<Row> next() throws IOException;

  /** The share of the shard that was read, 0 to 1. */
  double progress();

  @Override
  void close() throws IOException;
}
