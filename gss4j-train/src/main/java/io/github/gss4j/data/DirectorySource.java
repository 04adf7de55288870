package io.github.gss4j.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All text below a directory, the members of its {@code .gz}, {@code .zip} and {@code .jar} files
 * too.
 *
 * <p>Text is what decodes as UTF-8 and has no NUL byte. Names that begin with a dot and the cache
 * are passed over. What is left out is counted and logged. Links are followed.
 *
 * @param path of the directory
 * @param glob which files and members to take, as {@code **}{@code /*.java}; a glob without a slash
 *     looks at the name alone
 */
public record DirectorySource(Path path, Optional<String> glob) implements CorpusSource {
  /** Checks the glob. */
  public DirectorySource {
    glob.ifPresent(Glob::of);
  }

  /** All text. */
  public DirectorySource(Path path) {
    this(path, Optional.empty());
  }

  /**
   * All files below a directory but hidden ones and the cache, by their names in it, sorted.
   *
   * @throws DataException if it cannot be listed
   */
  public static SortedMap<String, Path> files(Path root, Path cache) {
    SortedMap<String, Path> files = new TreeMap<>();
    DirectoryListing.of(root, cache, new LeftOut()).forEach(f -> files.put(f.name(), f.path()));
    return files;
  }

  @Override
  public String name() {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  @Override
  public Corpus open(Path cache, CorpusOptions options) {
    LeftOut leftOut = new LeftOut();
    List<SourceFile> files = DirectoryListing.of(path, cache, leftOut);
    return new JoinedCorpus(name(), path.toString(), files, glob.map(Glob::of), leftOut)
        .open(cache, options);
  }
}
