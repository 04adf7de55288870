package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A run's directory as others see it, while the run continues too. */
record RunFiles(Path run) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** All lines of the metrics, but speed and memory, which differ from run to run. */
  List<ObjectNode> metrics() throws IOException {
    List<ObjectNode> metrics = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode json = (ObjectNode) JSON.readTree(line);
      json.remove(List.of("tokens_per_second", "resident_bytes"));
      metrics.add(json);
    }
    return metrics;
  }

  /** The lines of the metrics so far. */
  List<String> lines() {
    try {
      return Files.readAllLines(run.resolve("metrics.jsonl"));
    } catch (IOException notYet) {
      return List.of();
    }
  }

  /** How many steps stand in the metrics. */
  long steps() {
    return steps(lines());
  }

  private static long steps(List<String> lines) {
    return lines.stream().filter(line -> line.contains("\"loss\"")).count();
  }

  /** Whether a checkpoint is half written. */
  boolean isSaving() {
    return names().stream().anyMatch(name -> name.matches("step-\\d+\\.writing"));
  }

  /** Whether the last line is a step that an evaluation comes after. */
  boolean isEvaluating(int every) {
    List<String> lines = lines();
    return !lines.isEmpty()
        && steps(lines) % every == 0
        && !lines.get(lines.size() - 1).contains("eval_loss");
  }

  /** The names of its files, sorted. */
  List<String> names() {
    try (Stream<Path> files = Files.list(run)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException notYet) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
