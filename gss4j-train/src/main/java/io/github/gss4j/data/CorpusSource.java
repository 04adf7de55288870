package io.github.gss4j.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where text comes from. */
public sealed interface CorpusSource
    permits FileSource, DirectorySource, ArchiveSource, Enwik8, JavaSources {
  /** For reports. */
  String name();

  /**
   * Opens it; see {@link Corpus#open(CorpusSource, Path, CorpusOptions)}.
   *
   * @param cache directory for what is joined, unpacked or fetched
   * @throws DataException if there is no text, or it cannot be read
   */
  Corpus open(Path cache, CorpusOptions options);

  /** As {@link #parse(String, Optional)}, taking all that is text. */
  static CorpusSource parse(String data) {
    return parse(data, Optional.empty());
  }

  /**
   * Reads a source as the command line writes it.
   *
   * @param data {@code java}, {@code enwik8}, or the path of a file, of a directory, or of a {@code
   *     .gz}, {@code .zip} or {@code .jar}; a file named {@code java} is {@code ./java}
   * @param glob which files of a directory or members of an archive to take; see {@link
   *     DirectorySource}
   * @throws DataException if there is nothing at the path, or the source has no use for the glob
   */
  static CorpusSource parse(String data, Optional<String> glob) {
    if (data.equals(JavaSources.NAME) || data.equals(Enwik8.NAME)) {
      refuse(glob, "'" + data + "'");
      return data.equals(Enwik8.NAME) ? new Enwik8() : new JavaSources();
    }
    Path path = path(data);
    if (Files.isDirectory(path)) {
      return new DirectorySource(path, glob);
    }
    if (!Files.exists(path)) {
      throw new DataException(
          path,
          "no such file or directory, expected a path, '"
              + JavaSources.NAME
              + "' or '"
              + Enwik8.NAME
              + "'");
    }
    if (SourceFile.Kind.of(path) != SourceFile.Kind.PLAIN) {
      return new ArchiveSource(path, glob);
    }
    refuse(glob, "the file " + path);
    return new FileSource(path);
  }

  private static Path path(String data) {
    try {
      if (!data.isBlank()) {
        return Path.of(data);
      }
    } catch (InvalidPathException e) {
      throw new DataException("'" + data + "' is not a path: " + e.getReason(), e);
    }
    throw new DataException("the path of the text is empty, expected a file or a directory");
  }

  private static void refuse(Optional<String> glob, String source) {
    if (glob.isPresent()) {
      throw new DataException(
          "the glob '"
              + glob.get()
              + "' does not apply to "
              + source
              + ", only to a directory or an archive: leave it out");
    }
  }
}
