package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A kind of file that holds documents. Those of other modules are found by {@link ServiceLoader}.
 */
public interface DocumentFormat {
  /** What {@code gss4j-parquet} reads. */
  String PARQUET = ".parquet";

  /** Whether a file of that name is of this kind. */
  boolean reads(String name);

  /**
   * Opens a shard.
   *
   * @param options among them which of a row's fields is its text
   * @throws IOException if it cannot be read or is no such file
   */
  RowReader open(Path file, DocumentOptions options) throws IOException;

  /**
   * The format of a file, by its name.
   *
   * @throws DataException if the format's module is not there
   */
  static Optional<DocumentFormat> of(String name) {
    DocumentFormat lines = new JsonLines();
    if (lines.reads(name)) {
      return Optional.of(lines);
    }
    Optional<DocumentFormat> found =
        ServiceLoader.load(DocumentFormat.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(format -> format.reads(name))
            .findFirst();
    if (found.isEmpty() && name.toLowerCase(Locale.ROOT).endsWith(PARQUET)) {
      throw new DataException(
          name + ": Parquet needs the module gss4j-parquet, which is not on the class path");
    }
    return found;
  }

  /**
   * Refuses a file that holds no documents by its name.
   *
   * @throws DataException if no format reads it
   */
  static void require(String name) {
    if (of(name).isEmpty()) {
      throw new DataException(
          name + ": holds no documents, expected .jsonl, .json.gz, .jsonl.zst or .parquet");
    }
  }
}
