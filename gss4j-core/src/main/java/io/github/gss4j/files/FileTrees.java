package io.github.gss4j.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Operations on whole directories. */
public final class FileTrees {
  private FileTrees() {}

  /** Deletes a directory, following no links; nothing where there is none. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (Path file : all(directory).sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(file);
    }
  }

  /** Whether two directories hold the same files of the same bytes. */
  public static boolean areEqual(Path one, Path other) throws IOException {
    List<Path> names = all(one).map(one::relativize).toList();
    if (!names.equals(all(other).map(other::relativize).toList())) {
      return false;
    }
    for (Path name : names) {
      Path file = one.resolve(name);
      Path second = other.resolve(name);
      if (Files.isRegularFile(file) != Files.isRegularFile(second)
          || (Files.isRegularFile(file) && Files.mismatch(file, second) >= 0)) {
        return false;
      }
    }
    return true;
  }

  /** Syncs a directory and its files to disk. */
  public static void syncAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        DiskSync.of(file);
      }
    }
    DiskSync.of(directory);
  }

  private static Stream<Path> all(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList().stream();
    }
  }
}
