package io.github.gss4j.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.PretrainedModel;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.model.JsonFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The training state that lies beside a checkpoint's model.
 *
 * @param step optimizer steps taken
 * @param bestLoss the lowest held-out loss so far; infinite where there was none
 * @param seconds spent on training so far
 * @param corpus the fingerprint of the text that is trained on
 * @param threads of the dense products: resume is exact at equal threads
 * @param complete whether the run came to its end
 */
record RunCheckpoint(
    long step, double bestLoss, double seconds, String corpus, int threads, boolean complete) {
  private static final String STATE = "training.json";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Writes model, optimizer and training state into a directory. */
  void write(Trainer trainer, Path directory) throws IOException {
    PretrainedModel.save(trainer.model(), directory, Map.of());
    Safetensors.write(directory.resolve(OPTIMIZER), trainer.optimizerState(), Map.of());
    ObjectNode json = JSON.createObjectNode();
    json.put("step", step);
    if (Double.isFinite(bestLoss)) {
      json.put("best_loss", bestLoss);
    }
    json.put("seconds", seconds).put("corpus", corpus).put("threads", threads);
    json.put("complete", complete);
    Files.write(directory.resolve(STATE), JSON.writeValueAsBytes(json));
  }

  /** Reads the training state of a checkpoint. */
  static RunCheckpoint read(Path directory) {
    Path file = directory.resolve(STATE);
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      JsonFields fields = new JsonFields(file.toString(), json);
      return new RunCheckpoint(
          fields.integer64("step", 0),
          fields.number("best_loss", Double.POSITIVE_INFINITY),
          fields.number("seconds", 0),
          fields.text("corpus", ""),
          fields.integer("threads", 0),
          fields.flag("complete", false));
    } catch (IOException | IllegalArgumentException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Puts the optimizer back to where it was. */
  void restore(Trainer trainer, Path directory) {
    Safetensors file = Safetensors.open(directory.resolve(OPTIMIZER));
    trainer.restore(step, file::tensor);
  }
}
