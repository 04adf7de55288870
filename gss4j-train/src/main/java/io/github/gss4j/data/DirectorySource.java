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
 * are skipped, and what cannot be read. What is left out is counted and logged. Links are followed.
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
   * The files below a directory but hidden ones, unreadable ones and the cache, by their names in
   * it, sorted. Directories that the glob does not reach are not opened.
   *
   * @param leftOut is told of all others
   * @throws DataException if the directory itself cannot be listed
   */
  public static SortedMap<String, Path> files(
      Path root, Path cache, Optional<Glob> glob, SkippedFiles leftOut) {
    DirectoryListing.Wanted wanted =
        new DirectoryListing.Wanted() {
          @Override
          public boolean file(SourceFile file) {
            return glob.isEmpty() || glob.get().matches(file.name());
          }

          @Override
          public boolean directory(String name) {
            return glob.isEmpty() || glob.get().reaches(name);
          }
        };
    SortedMap<String, Path> files = new TreeMap<>();
    DirectoryListing.of(root, cache, wanted, leftOut).forEach(f -> files.put(f.name(), f.path()));
    return files;
  }

  @Override
  public String name() {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  @Override
  public Corpus open(Path cache, CorpusOptions options) {
    SkippedFiles leftOut = new SkippedFiles();
    Optional<Glob> chosen = glob.map(Glob::of);
    List<SourceFile> files =
        DirectoryListing.of(
            path,
            cache,
            file ->
                file.kind() == SourceFile.Kind.ZIP // whose members the glob looks at
                    || chosen.isEmpty()
                    || chosen.get().matches(file.ownName()),
            leftOut);
    String source = path.toAbsolutePath().normalize().toString(); // '.' would say nothing
    return new JoinedCorpus(name(), source, files, chosen, leftOut).open(cache, options);
  }
}
