package io.github.gss4j.run.checkpoint;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.tracking.Environment;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingProgress;
import io.github.gss4j.trainer.TrainingState;
import io.github.gss4j.weights.TensorFiles;
import io.github.gss4j.weights.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * The training state next to a checkpoint's model.
 *
 * @param progress how far training has come
 * @param best whether the score was the best so far at this step
 * @param score what it is measured by
 * @param bestScore the best so far; infinite where there was none
 * @param seconds spent on training so far
 * @param corpus the fingerprint of the text that is trained on
 * @param environment what else the bits of a loss depend on, by name
 * @param position of a stream of text, if it is one
 */
public record RunCheckpoint(
    TrainingProgress progress,
    boolean best,
    Score score,
    double bestScore,
    double seconds,
    String corpus,
    Map<String, String> environment,
    Optional<JsonNode> position) {
  private static final String STATE = "training.json";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final List<String> DECISIVE =
      List.of("processor", "threads", "bfloat16 in hardware", "gss4j", "libtorch");
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The present environment, as far as the bits of a loss depend on it. */
  public static Map<String, String> presentEnvironment() {
    Map<String, String> facts = new LinkedHashMap<>(Environment.facts());
    facts.keySet().retainAll(DECISIVE);
    return facts;
  }

  /**
   * Writes model, optimizer and training state into a directory, on all ranks at once: in one file
   * each where every rank has them whole, else in a file per unit, which the ranks share out.
   */
  public void write(Trainer<?> trainer, Path directory) throws IOException {
    ProcessGroup group = trainer.group();
    group.barrier(); // the directory is there
    RankStates.write(group, trainer.task().state(), directory);
    if (trainer.sharding().savesByUnits()) {
      UnitFiles.write(trainer, directory);
    } else if (group.isFirst()) {
      writeWhole(trainer, directory);
    }
    if (group.isFirst()) {
      writeState(directory);
    }
    group.barrier(); // all is written
  }

  private static void writeWhole(Trainer<?> trainer, Path directory) throws IOException {
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      trainer.task().save(directory);
      Map<String, Tensor> state = averaged.state();
      if (trainer.group().worldSize() == 1) {
        state.putAll(trainer.task().state());
      }
      TensorFiles.write(directory.resolve(OPTIMIZER), state, Map.of());
    }
  }

  private void writeState(Path directory) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("step", progress.steps()).put("skipped", progress.skipped());
    json.put("skipped_in_a_row", progress.skippedInARow()).put("clipped", progress.clipped());
    json.put("best", best);
    score.put(bestScore, json);
    json.put("seconds", seconds).put("corpus", corpus);
    environment.forEach(json.putObject("environment")::put);
    position.ifPresent(at -> json.set("position", at));
    Files.write(directory.resolve(STATE), JSON.writeValueAsBytes(json));
  }

  /** Reads the training state of a checkpoint. */
  public static RunCheckpoint read(Path directory, Score score) {
    Path file = directory.resolve(STATE);
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      JsonFields fields = new JsonFields(file.toString(), json);
      Map<String, String> environment = new LinkedHashMap<>();
      json.path("environment")
          .properties()
          .forEach(fact -> environment.put(fact.getKey(), fact.getValue().asText()));
      return new RunCheckpoint(
          new TrainingProgress(
              fields.integer64("step", 0),
              fields.integer64("skipped", 0),
              fields.integer("skipped_in_a_row", 0),
              fields.integer64("clipped", 0)),
          fields.flag("best", false),
          score,
          score.from(fields),
          fields.number("seconds", 0),
          fields.text("corpus", ""),
          environment,
          Optional.ofNullable(json.get("position")));
    } catch (IOException | IllegalArgumentException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The differences from when this checkpoint was written, one line each, which change the losses
   * to come.
   *
   * @param corpusNow the fingerprint of the present text
   */
  public List<String> drift(String corpusNow) {
    List<String> drifted = new ArrayList<>();
    boolean known = !corpus.isEmpty(); // earlier versions kept none of a classifier's data
    if (known && !corpus.equals(corpusNow)) {
      drifted.add("resuming with other data than before: losses will differ");
    }
    presentEnvironment()
        .forEach(
            (name, now) -> {
              if (!now.equals(environment.getOrDefault(name, now))) {
                drifted.add(
                    String.format(
                        "resuming with %s %s instead of %s: losses may differ in the last digits",
                        name, now, environment.get(name)));
              }
            });
    return drifted;
  }

  /** Restores the optimizer and the trained weights. */
  public void restore(Trainer<?> trainer, Path directory) {
    Path whole = directory.resolve(OPTIMIZER);
    Path index = directory.resolve(RunDirectory.OPTIMIZER_INDEX);
    TensorSource file = TensorSource.open(Files.exists(index) ? index : whole);
    RankStates states = rankStates(directory);
    Set<String> names = new LinkedHashSet<>(file.names());
    names.addAll(states.names());
    trainer.restore(
        progress,
        names,
        name ->
            states.names().contains(name) ? states.read(name) : TensorReader.read(file.get(name)));
  }

  private static RankStates rankStates(Path directory) {
    try {
      return RankStates.open(directory);
    } catch (IOException e) {
      throw new CheckpointException(directory, "cannot be read: " + e.getMessage(), e);
    }
  }
}
