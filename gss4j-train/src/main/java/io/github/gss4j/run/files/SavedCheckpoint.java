package io.github.gss4j.run.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.CheckpointLink;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.ShardedSafetensors;
import io.github.gss4j.checkpoint.TensorSource;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A checkpoint that a run wrote, known by its {@code training.json}: only such are ever replaced or
 * deleted.
 *
 * @param path its directory
 * @param step how many steps were taken
 * @param best whether the held-out loss was the lowest so far
 */
record SavedCheckpoint(Path path, long step, boolean best) {
  /** Lies in a checkpoint while it is written: what a kill leaves may be deleted. */
  static final String MARK = ".gss4j-writing";

  private static final String STATE = "training.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Looks into a directory, whatever its name; empty where no run wrote it. */
  static Optional<SavedCheckpoint> in(Path directory) throws IOException {
    Path state = directory.resolve(STATE);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) || !Files.isRegularFile(state)) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(state));
      return json.path("step").isIntegralNumber()
          ? Optional.of(
              new SavedCheckpoint(
                  directory, json.path("step").longValue(), json.path("best").asBoolean()))
          : Optional.empty();
    } catch (JsonProcessingException | CharConversionException cutShort) {
      return Optional.empty();
    }
  }

  /** Looks at a {@code step-N}; empty where the directory is not what its name says. */
  static Optional<SavedCheckpoint> named(Path directory) throws IOException {
    return in(directory)
        .filter(found -> directory.getFileName().toString().equals("step-" + found.step));
  }

  /** Whether a directory is what a kill left of a checkpoint. */
  static boolean isHalfWritten(Path directory) throws IOException {
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        && (Files.exists(directory.resolve(MARK))
            || isEmpty(directory)
            || in(directory).isPresent());
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  /** Whether model and optimizer are there and as long as their headers say. */
  boolean isWhole() {
    return Files.isRegularFile(path.resolve(ModelFiles.CONFIG))
        && opens(ModelFiles.WEIGHTS, ShardedSafetensors.INDEX)
        && opens("optimizer.safetensors", RunDirectory.OPTIMIZER_INDEX);
  }

  private boolean opens(String... names) {
    for (String name : List.of(names)) {
      if (Files.exists(path.resolve(name))) {
        try {
          TensorSource.open(path.resolve(name));
          return true;
        } catch (CheckpointException cutShort) {
          return false;
        }
      }
    }
    return false;
  }

  /** All in a run's directory, the newest first. */
  static List<SavedCheckpoint> all(Path run) throws IOException {
    List<SavedCheckpoint> found = new ArrayList<>();
    for (Path entry : entries(run, CheckpointLink.CHECKPOINT)) {
      named(entry).ifPresent(found::add);
    }
    found.sort(Comparator.comparingLong(SavedCheckpoint::step).reversed());
    return found;
  }

  /** What in a directory has a name of some form. */
  static List<Path> entries(Path directory, String form) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.getFileName().toString().matches(form)).sorted().toList();
    }
  }
}
