package io.github.gss4j.study.classifier;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.files.WholeFile;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.ClassifierTrainer;
import io.github.gss4j.trainer.ClassifierTrainer.Batch;
import io.github.gss4j.trainer.RunDirectory;
import io.github.gss4j.trainer.RunLock;
import io.github.gss4j.trainer.Underway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a classifier on a task and says how often it is right on what it has never seen.
 *
 * <p>Its directory holds {@code run.json}, a line in {@code metrics.jsonl} and a checkpoint at
 * every look at the validation part ({@code last}, and {@code best} where it was right most often),
 * and {@code result.json} in the end. A run that was stopped or killed goes on from its last
 * checkpoint to the bit.
 */
public final class ClassifierRun {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final ClassifyConfig config;
  private final Task task;
  private final RunDirectory directory;
  private final LookLog log;

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
   * @param leftOut image files that are empty and in no part
   */
  public record Result(
      long steps,
      double validation,
      double test,
      double majority,
      long parameters,
      double seconds,
      boolean finished,
      long leftOut) {
    /** As a JSON object. */
    public ObjectNode toJson() {
      return JSON.createObjectNode()
          .put("steps", steps)
          .put("validation_accuracy", validation)
          .put("test_accuracy", test)
          .put("majority", majority)
          .put("parameters", parameters)
          .put("seconds", seconds)
          .put("finished", finished)
          .put("left_out", leftOut);
    }
  }

  private ClassifierRun(ClassifyConfig config, Task task, RunDirectory directory) {
    this.config = config;
    this.task = task;
    this.directory = directory;
    this.log = new LookLog(directory.metrics());
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
  }

  /**
   * A run that has not begun.
   *
   * @param directory is made; must hold no run
   * @throws IllegalArgumentException if a run has been there, or something that it would replace,
   *     or the model does not fit the task
   */
  public static ClassifierRun start(ClassifyConfig config, Task task, Path directory)
      throws IOException {
    RunDirectory home = new RunDirectory(directory);
    home.refuseUsed();
    return new ClassifierRun(config, task, home);
  }

  /**
   * A run that goes on where its last checkpoint is, or at the beginning where it has none.
   *
   * @param directory of a run
   * @throws IllegalArgumentException if there is none, or the model does not fit the task
   */
  public static ClassifierRun resume(ClassifyConfig config, Task task, Path directory) {
    RunDirectory home = new RunDirectory(directory);
    if (!home.isUsed()) {
      throw new IllegalArgumentException(
          directory + ": holds no run to resume (no run.json in it)");
    }
    return new ClassifierRun(config, task, home);
  }

  /**
   * Trains to the end, or until asked to stop.
   *
   * @param stop asked after every step
   * @throws IOException if a file cannot be written, or another process trains in the directory
   */
  public Result run(Listener listener, BooleanSupplier stop) throws IOException {
    Device device = Tensors.device(config.device());
    Precision precision = Precision.forTraining(config.dtype());
    try (RunLock lock = RunLock.take(directory.path());
        SequenceClassifier model =
            SequenceClassifier.of(config.model(), Init.random(config.seed()), precision, device);
        ClassifierTrainer trainer =
            new ClassifierTrainer(
                model,
                config.optimizer(),
                config.schedule(),
                config.stateSpaceLr(),
                config.checkpointLayers())) {
      directory.writeConfig(JSON.writeValueAsBytes(config.toJson()));
      Result result = Underway.run(() -> result(model, train(model, trainer, listener, stop)));
      WholeFile.write(
          directory.path().resolve("result.json"), JSON.writeValueAsString(result.toJson()));
      return result;
    }
  }

  /** Puts model and trainer where the last checkpoint is, if there is one. */
  private ClassifierCheckpoint reached(SequenceClassifier model, ClassifierTrainer trainer)
      throws IOException {
    Optional<Path> last = directory.settle();
    if (last.isEmpty()) {
      return ClassifierCheckpoint.NONE;
    }
    ClassifierCheckpoint state = ClassifierCheckpoint.read(last.get());
    state.restore(model, trainer, last.get());
    if (state.best()) {
      directory.point(RunDirectory.BEST, last.get()); // a kill may have come before
    }
    return state;
  }

  private ClassifierCheckpoint train(
      SequenceClassifier model, ClassifierTrainer trainer, Listener listener, BooleanSupplier stop)
      throws IOException {
    ClassifierBatches train = batches(task.train(), model);
    ClassifierCheckpoint saved = reached(model, trainer);
    ClassifierCheckpoint state = saved;
    long begun = state.steps();
    log.cut(saved.steps());
    while (state.steps() < config.steps() && (state.steps() == begun || !stop.getAsBoolean())) {
      long from = System.nanoTime();
      ClassifierTrainer.StepResult step = step(train, trainer);
      double seconds = (System.nanoTime() - from) / 1e9;
      state = state.stepped(trainer, seconds);
      listener.stepped(state.steps(), step, config.batch() * config.accumulate() / seconds);
      boolean last = state.steps() == config.steps();
      if (last || state.steps() % config.evalEvery() == 0) {
        double accuracy =
            accuracy(model, task.validation(), last ? Integer.MAX_VALUE : config.evalExamples());
        state = state.looked(accuracy);
        listener.evaluated(state.steps(), accuracy);
        log.append(state.steps(), step, accuracy);
        save(model, trainer, state);
        saved = state;
      }
    }
    if (state.steps() > saved.steps()) {
      save(model, trainer, state);
    }
    return state;
  }

  private ClassifierTrainer.StepResult step(ClassifierBatches train, ClassifierTrainer trainer) {
    try (PointerScope scope = new PointerScope()) {
      List<Batch> batches = new ArrayList<>();
      for (int micro = 0; micro < config.accumulate(); micro++) {
        long number = trainer.steps() * config.accumulate() + micro;
        batches.add(train.drawn(config.seed(), number, config.batch()));
      }
      return trainer.step(batches);
    }
  }

  private void save(SequenceClassifier model, ClassifierTrainer trainer, ClassifierCheckpoint state)
      throws IOException {
    Path checkpoint = directory.save(state.steps(), aside -> state.write(model, trainer, aside));
    if (state.best()) {
      directory.point(RunDirectory.BEST, checkpoint);
    }
    directory.prune(1);
  }

  /** Of the weights that were best on the validation part. */
  private Result result(SequenceClassifier model, ClassifierCheckpoint reached) {
    boolean finished = reached.steps() == config.steps();
    directory
        .checkpoint(RunDirectory.BEST)
        .ifPresent(best -> ClassifierCheckpoint.weights(model, best));
    return new Result(
        reached.steps(),
        reached.validation(),
        finished ? accuracy(model, task.test(), Integer.MAX_VALUE) : Double.NaN,
        task.test().majority(),
        model.parameters().stream().mapToLong(p -> p.value().numel()).sum(),
        reached.seconds(),
        finished,
        task.leftOut());
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
}
