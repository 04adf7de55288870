package io.github.gss4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** For tests of a directory that is joined into a corpus. */
abstract class DirectoryCorpus {
  @TempDir Path dir;

  Path root() {
    return dir.resolve("data");
  }

  Path cache() {
    return dir.resolve("cache");
  }

  Corpus open() {
    return Corpus.open(new DirectorySource(root()), cache());
  }

  Corpus open(String glob) {
    return Corpus.open(new DirectorySource(root(), Optional.of(glob)), cache());
  }

  List<Path> cached() throws IOException {
    try (Stream<Path> all = Files.list(cache())) {
      return all.toList();
    }
  }
}
