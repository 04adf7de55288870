package io.github.gss4j.study;

import io.github.gss4j.files.OverwriteCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A study's directory, known by {@code runs} in it: the reports beside it are rewritten. */
public final class StudyDirectory {
  private static final String RUNS = "runs";
  private static final String WRITTEN = "(study|probes)\\.(json|md)|\\d+-\\d+-.*\\.svg";

  private StudyDirectory() {}

  /**
   * Makes a directory a study's, unless it holds what a study would replace.
   *
   * @throws IllegalArgumentException that names what is there
   */
  public static void check(Path directory) throws IOException {
    if (Files.isDirectory(directory) && !Files.isDirectory(directory.resolve(RUNS))) {
      List<Path> there;
      try (Stream<Path> files = Files.list(directory)) {
        there = files.filter(f -> f.getFileName().toString().matches(WRITTEN)).toList();
      }
      there.forEach(OverwriteCheck::refuse);
    }
    Files.createDirectories(directory.resolve(RUNS));
  }
}
