package io.github.gss4j.study.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.tracking.WholeFile;
import io.github.gss4j.trainer.ClassifierTrainer.StepResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A classifier run's {@code metrics.jsonl}: a line at every look at the validation part.
 *
 * @param file its path
 */
record LookLog(Path file) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Drops the lines of steps that will be taken again, and a last line that a kill tore. */
  void cut(long resumedAtStep) throws IOException {
    StringBuilder kept = new StringBuilder();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        if (step(line) <= resumedAtStep) {
          kept.append(line).append('\n');
        }
      }
    }
    WholeFile.write(file, kept);
  }

  private static long step(String line) {
    try {
      return JSON.readTree(line).path("step").asLong(Long.MAX_VALUE);
    } catch (JsonProcessingException torn) {
      return Long.MAX_VALUE;
    }
  }

  void append(long step, StepResult result, double accuracy) throws IOException {
    String line =
        JSON.createObjectNode()
            .put("step", step)
            .put("loss", result.loss())
            .put("lr", result.learningRate())
            .put("validation_accuracy", accuracy)
            .toString();
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
