package io.github.gss4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.files.OverwriteCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A study's directory, known by {@code runs} in it: the reports beside it are rewritten. */
public final class StudyDirectory {
  private static final ObjectMapper JSON = new ObjectMapper();
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

  /**
   * Refuses what was made with other settings, and so tells nothing about a study's. Keys that an
   * earlier version did not know are as they are by default.
   *
   * @param what is refused
   * @param found its settings, as they were written
   */
  public static void refuseOthers(Path what, JsonNode found, TrainConfig expected)
      throws IOException {
    JsonNode wanted = written(expected);
    JsonNode byDefault = written(TrainConfig.defaults());
    Set<String> keys = new TreeSet<>();
    found.fieldNames().forEachRemaining(keys::add);
    wanted.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      JsonNode is = value(found, key, byDefault);
      JsonNode should = value(wanted, key, byDefault);
      if (!is.equals(should)) {
        throw new IllegalArgumentException(
            "%s: was made with other settings, %s is %s, expected %s: choose another --out"
                .formatted(what, key, is, should));
      }
    }
  }

  private static JsonNode value(JsonNode settings, String key, JsonNode byDefault) {
    return settings.has(key) ? settings.get(key) : byDefault.path(key);
  }

  private static JsonNode written(TrainConfig config) throws IOException {
    return JSON.readTree(JSON.writeValueAsBytes(config.toJson()));
  }
}
