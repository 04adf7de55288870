package io.github.gss4j.study.classifier;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.ClassifierConfig;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.ClassifierTrainer;
import io.github.gss4j.trainer.ClassifierTrainer.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a classifier on a task and says how often it is right on what it has never seen.
 *
 * <p>Its directory holds {@code run.json}, a line in {@code metrics.jsonl} at every look at the
 * validation part, the weights that were best there ({@code model.safetensors} with {@code
 * config.json}), and {@code result.json} in the end.
 */
public final class ClassifierRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final ClassifyConfig config;
  private final Task task;
  private final Path directory;

  /** Hears how training goes on. */
  public interface Listener {
    /** After every optimizer step. */
    void stepped(long step, ClassifierTrainer.StepResult result, double sequencesPerSecond);

    /** After every look at the validation part. */
    void evaluated(long step, double accuracy);
  }

  /**
   * What came of it.
   *
   * @param steps taken
   * @param validation the best share of right answers on the validation part
   * @param test the share on the test part, of the weights that were best on the validation part
   * @param majority the share of the test part's most frequent class
   * @param parameters of the model
   * @param seconds spent on training
   * @param finished whether it came to its end
   */
  public record Result(
      long steps,
      double validation,
      double test,
      double majority,
      long parameters,
      double seconds,
      boolean finished) {
    /** As a JSON object. */
    public ObjectNode toJson() {
      return JSON.createObjectNode()
          .put("steps", steps)
          .put("validation_accuracy", validation)
          .put("test_accuracy", test)
          .put("majority", majority)
          .put("parameters", parameters)
          .put("seconds", seconds)
          .put("finished", finished);
    }
  }

  /**
   * A run that has not begun.
   *
   * @param directory is made; must hold no run
   * @throws IllegalArgumentException if the model does not fit the task
   */
  public ClassifierRun(ClassifyConfig config, Task task, Path directory) {
    this.config = config;
    this.task = task;
    this.directory = directory;
    ClassifierConfig model = config.model();
    int classes = task.train().numClasses();
    if (model.numClasses() != classes) {
      throw new IllegalArgumentException(
          "num_classes is "
              + model.numClasses()
              + ", expected "
              + classes
              + " for "
              + config.data());
    }
    int tokens = task.train().numTokens();
    if (model.input() instanceof ClassifierConfig.Tokens ids && ids.numTokens() < tokens) {
      throw new IllegalArgumentException(
          "num_tokens is " + ids.numTokens() + ", expected " + tokens + " for " + config.data());
    }
    if (model.input() instanceof ClassifierConfig.Values values && values.channels() != 1) {
      throw new IllegalArgumentException(
          "input_dim is " + values.channels() + ", expected 1: a pixel is one number");
    }
    if (Files.exists(directory.resolve("run.json"))) {
      throw new IllegalArgumentException(directory + " already holds a run: choose another --out");
    }
  }

  /**
   * Trains to the end, or until asked to stop.
   *
   * @param stop asked after every step
   */
  public Result run(Listener listener, BooleanSupplier stop) throws IOException {
    Files.createDirectories(directory);
    PRETTY.writeValue(directory.resolve("run.json").toFile(), config.toJson());
    PRETTY.writeValue(directory.resolve("config.json").toFile(), config.model().toJson());
    Device device = Tensors.device(config.device());
    Precision precision = Precision.forTraining(config.dtype());
    try (SequenceClassifier model =
            SequenceClassifier.of(config.model(), Init.random(config.seed()), precision, device);
        ClassifierTrainer trainer =
            new ClassifierTrainer(
                model,
                config.optimizer(),
                config.schedule(),
                config.stateSpaceLr(),
                config.checkpointLayers())) {
      return run(model, trainer, listener, stop);
    }
  }

  private Result run(
      SequenceClassifier model, ClassifierTrainer trainer, Listener listener, BooleanSupplier stop)
      throws IOException {
    ClassifierBatches train = batches(task.train(), model);
    double best = -1;
    long began = System.nanoTime();
    long evaluating = 0;
    while (trainer.steps() < config.steps() && !(trainer.steps() > 0 && stop.getAsBoolean())) {
      long from = System.nanoTime();
      ClassifierTrainer.StepResult step;
      try (PointerScope scope = new PointerScope()) {
        List<Batch> batches = new ArrayList<>();
        for (int micro = 0; micro < config.accumulate(); micro++) {
          long number = trainer.steps() * config.accumulate() + micro;
          batches.add(train.drawn(config.seed(), number, config.batch()));
        }
        step = trainer.step(batches);
      }
      long now = System.nanoTime();
      double sequences = (double) config.batch() * config.accumulate();
      listener.stepped(trainer.steps(), step, sequences * 1e9 / (now - from));
      boolean last = trainer.steps() == config.steps();
      if (last || trainer.steps() % config.evalEvery() == 0) {
        double accuracy =
            accuracy(model, task.validation(), last ? Integer.MAX_VALUE : config.evalExamples());
        listener.evaluated(trainer.steps(), accuracy);
        log(trainer.steps(), step, accuracy);
        if (accuracy > best) {
          best = accuracy;
          save(model);
        }
        evaluating += System.nanoTime() - now;
      }
    }
    double seconds = (System.nanoTime() - began - evaluating) / 1e9;
    boolean finished = trainer.steps() == config.steps();
    if (best >= 0) {
      restore(model);
    } else {
      save(model); // stopped before the first look
    }
    Result result =
        new Result(
            trainer.steps(),
            best,
            finished ? accuracy(model, task.test(), Integer.MAX_VALUE) : Double.NaN,
            task.test().majority(),
            model.parameters().stream().mapToLong(p -> p.value().numel()).sum(),
            seconds,
            finished);
    PRETTY.writeValue(directory.resolve("result.json").toFile(), result.toJson());
    return result;
  }

  private ClassifierBatches batches(LabelledSequences sequences, SequenceClassifier model) {
    return new ClassifierBatches(
        sequences,
        config.model().input(),
        Precision.forTraining(config.dtype()).base(),
        model.device());
  }

  /** The share of the first sequences whose greatest logit is their class's. */
  private double accuracy(SequenceClassifier model, LabelledSequences some, int most) {
    ClassifierBatches batches = batches(some, model);
    int count = Math.min(most, some.size());
    long right = 0;
    for (int from = 0; from < count; from += config.batch()) {
      int to = Math.min(count, from + config.batch());
      int start = from;
      try (PointerScope scope = new PointerScope()) {
        Batch batch = batches.inOrder(start, to);
        Tensor logits = Scopes.withoutGradient(() -> model.logits(batch.input(), batch.lengths()));
        long[] guesses = Tensors.toLongs(logits.argmax(new LongOptional(1), false));
        long[] labels = Tensors.toLongs(batch.labels());
        for (int i = 0; i < labels.length; i++) {
          right += guesses[i] == labels[i] ? 1 : 0;
        }
      }
    }
    return (double) right / count;
  }

  private void log(long step, ClassifierTrainer.StepResult result, double accuracy)
      throws IOException {
    ObjectNode line =
        JSON.createObjectNode()
            .put("step", step)
            .put("loss", result.loss())
            .put("lr", result.learningRate())
            .put("validation_accuracy", accuracy);
    Files.writeString(
        directory.resolve("metrics.jsonl"),
        JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private Path weights() {
    return directory.resolve("model.safetensors");
  }

  private void save(SequenceClassifier model) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      tensors.put(p.name(), p.value());
    }
    Path aside = directory.resolve("model.safetensors.writing");
    Safetensors.write(aside, tensors, Map.of());
    Files.move(aside, weights(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void restore(SequenceClassifier model) {
    Safetensors file = Safetensors.open(weights());
    for (Parameter p : model.parameters()) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        p.value().copy_(file.tensor(p.name()));
      }
    }
  }
}
