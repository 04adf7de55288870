package io.github.gss4j.study.classifier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.ClassifierTrainer;
import io.github.gss4j.weights.PretrainedClassifier;
import io.github.gss4j.weights.TensorFiles;
import io.github.gss4j.weights.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * What lies beside the weights in a checkpoint of a classifier's run, so that it goes on to the
 * bit.
 *
 * @param steps taken, those skipped among them
 * @param skipped steps that left the weights as they were
 * @param validation the greatest share of right answers so far; −1 before the first look
 * @param best whether this checkpoint's weights are those
 * @param seconds spent on training so far
 */
record ClassifierCheckpoint(
    long steps, long skipped, double validation, boolean best, double seconds) {
  private static final String STATE = "training.json";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Before the first step. */
  static final ClassifierCheckpoint NONE = new ClassifierCheckpoint(0, 0, -1, false, 0);

  /** After one more step. */
  ClassifierCheckpoint stepped(ClassifierTrainer trainer, double more) {
    return new ClassifierCheckpoint(
        trainer.steps(), trainer.skipped(), validation, false, seconds + more);
  }

  /** After a look at the validation part. */
  ClassifierCheckpoint looked(double accuracy) {
    return new ClassifierCheckpoint(
        steps, skipped, Math.max(validation, accuracy), accuracy > validation, seconds);
  }

  /** Writes model, optimizer and the rest into a directory. */
  void write(SequenceClassifier model, ClassifierTrainer trainer, Path into) throws IOException {
    PretrainedClassifier.save(model, into);
    TensorFiles.write(into.resolve(OPTIMIZER), trainer.state(), Map.of());
    ObjectNode json = JSON.createObjectNode();
    json.put("step", steps).put("skipped", skipped).put("validation_accuracy", validation);
    json.put("best", best).put("seconds", seconds);
    Files.write(into.resolve(STATE), JSON.writeValueAsBytes(json));
  }

  /** Reads what was written, all but the tensors. */
  static ClassifierCheckpoint read(Path directory) {
    Path file = directory.resolve(STATE);
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      JsonFields fields = new JsonFields(file.toString(), json);
      return new ClassifierCheckpoint(
          fields.integer64("step", 0),
          fields.integer64("skipped", 0),
          fields.number("validation_accuracy", -1),
          fields.flag("best", false),
          fields.number("seconds", 0));
    } catch (IOException | IllegalArgumentException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Puts optimizer and weights back to where they were. */
  void restore(SequenceClassifier model, ClassifierTrainer trainer, Path directory) {
    weights(model, directory);
    trainer.restore(steps, skipped, TensorSource.open(directory.resolve(OPTIMIZER)));
  }

  /** Gives a model the weights of a checkpoint. */
  static void weights(SequenceClassifier model, Path directory) {
    TensorReader reader =
        new TensorReader(TensorSource.open(directory.resolve(ModelFiles.WEIGHTS)));
    for (Parameter p : model.parameters()) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        p.value().copy_(reader.readWarned(p.name(), Tensors.type(p.value())));
      }
    }
  }
}
