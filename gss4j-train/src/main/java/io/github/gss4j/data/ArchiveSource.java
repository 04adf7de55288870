package io.github.gss4j.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The text in one {@code .gz}, {@code .zip} or {@code .jar}; what is text is said at {@link
 * DirectorySource}.
 *
 * @param path of the archive
 * @param glob which members to take
 */
record ArchiveSource(Path path, Optional<String> glob) implements CorpusSource {
  /** Checks the archive's name and the glob. */
  public ArchiveSource {
    if (SourceFile.Kind.of(path) == SourceFile.Kind.PLAIN) {
      throw new DataException(path, "is not an archive, expected a name in .gz, .zip or .jar");
    }
    glob.ifPresent(Glob::of);
  }

  /** All text in it. */
  public ArchiveSource(Path path) {
    this(path, Optional.empty());
  }

  @Override
  public String name() {
    return String.valueOf(path.getFileName());
  }

  @Override
  public Corpus open(Path cache, CorpusOptions options) {
    SourceFile.Kind kind = SourceFile.Kind.of(path);
    FileSource.size(path); // it must be there
    String label = kind == SourceFile.Kind.ZIP ? "" : name();
    return new JoinedCorpus(
            name(),
            path.toString(),
            List.of(new SourceFile(label, path, kind)),
            glob.map(Glob::of),
            new SkippedFiles())
        .open(cache, options);
  }
}
