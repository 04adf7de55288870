package io.github.gss4j.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Files and directories of files. */
public final class Targets {
  private Targets() {}

  /** The file, or all files below the directory, sorted. */
  public static List<Path> files(Path target) throws IOException {
    if (!Files.exists(target)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(target)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** The contents of all files of a target. */
  static Map<Path, byte[]> contents(Path target) throws IOException {
    Map<Path, byte[]> contents = new LinkedHashMap<>();
    for (Path file : files(target)) {
      contents.put(file, Files.readAllBytes(file));
    }
    return contents;
  }

  /** Makes a target what it was. */
  static void restore(Path target, Map<Path, byte[]> contents) throws IOException {
    for (Path file : files(target)) {
      if (!contents.containsKey(file)) {
        Files.delete(file);
      }
    }
    for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
      if (!Files.exists(file.getKey())
          || !Arrays.equals(Files.readAllBytes(file.getKey()), file.getValue())) {
        Files.createDirectories(file.getKey().getParent());
        Files.write(file.getKey(), file.getValue());
      }
    }
  }

  /** Copies a directory with all that is in it. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  /** Deletes a directory with all that is in it. */
  public static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
