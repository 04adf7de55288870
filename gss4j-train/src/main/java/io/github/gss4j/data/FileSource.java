package io.github.gss4j.data;

import io.github.gss4j.files.LfsPointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One file, taken as it is, whatever its bytes; mapped in place, its end held out.
 *
 * @param path of the file
 */
record FileSource(Path path) implements CorpusSource {
  @Override
  public String name() {
    return String.valueOf(path.getFileName());
  }

  @Override
  public Corpus open(Path cache, CorpusOptions options) {
    return Corpus.ofTail(path, size(path), options);
  }

  /** The size of a file that must be there. */
  static long size(Path file) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new DataException(file, "is not a regular file, expected a file of text");
      }
      if (LfsPointer.is(file)) {
        throw new DataException(file, LfsPointer.MESSAGE);
      }
      return Files.size(file);
    } catch (IOException e) {
      throw DataException.of(file, "cannot be read", e);
    }
  }
}
