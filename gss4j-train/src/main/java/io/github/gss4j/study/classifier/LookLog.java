package io.github.gss4j.study.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.files.OneLine;
import io.github.gss4j.files.WholeFile;
import io.github.gss4j.trainer.ClassifierTrainer.StepResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A classifier run's {@code metrics.jsonl}: a line at every look at the validation part.
 *
 * @param file its path
 */
record LookLog(Path file) {
  private static final Logger LOG = LoggerFactory.getLogger(LookLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Drops the lines of steps that will be taken again, and a last line that a kill tore.
   *
   * @throws IOException if the file cannot be read or written, or another line is damaged
   */
  void cut(long resumedAtStep) throws IOException {
    StringBuilder kept = new StringBuilder();
    String[] lines = Files.exists(file) ? Files.readString(file).split("\n", -1) : new String[0];
    for (int i = 0; i < lines.length; i++) {
      boolean isLast = i == lines.length - 1; // which has no line end
      if (isLast && !lines[i].isEmpty()) {
        LOG.warn("{}: line {} is cut short and left out: {}", file, i + 1, OneLine.of(lines[i]));
      }
      if (!isLast && step(lines[i], i + 1) <= resumedAtStep) {
        kept.append(lines[i]).append('\n');
      }
    }
    WholeFile.write(file, kept);
  }

  private long step(String line, int number) throws IOException {
    try {
      JsonNode step = JSON.readTree(line).path("step");
      if (step.canConvertToLong()) {
        return step.longValue();
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          OneLine.of(file + ": line " + number + " is not JSON: " + e.getOriginalMessage()), e);
    }
    throw new IOException(file + ": line " + number + " has no step");
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
