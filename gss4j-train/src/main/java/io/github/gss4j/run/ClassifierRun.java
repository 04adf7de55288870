package io.github.gss4j.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.files.RunLock;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.loop.LoopSetup;
import io.github.gss4j.run.loop.RunLoop;
import io.github.gss4j.trainer.TrainingProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a classifier on a task and reports its accuracy on unseen sequences.
 *
 * <p>Its directory holds {@code run.json}, {@code metrics.jsonl}, a checkpoint at every evaluation
 * ({@code last}, and {@code best} where it was right most often), and finally {@code result.json}
 * and {@code report.html}. A run that was stopped or killed continues from its last checkpoint to
 * the bit.
 */
public final class ClassifierRun {
  private static final Logger LOG = LoggerFactory.getLogger(ClassifierRun.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final ClassifyConfig config;
  private final LabelledData data;
  private final RunDirectory directory;

  /**
   * A run's result.
   *
   * @param steps taken
   * @param validation the best share of right answers on the validation part; NaN before the first
   *     look
   * @param test the share on the test part, of the weights that were best on the validation part;
   *     NaN before the end
   * @param majority the share of the test part's most frequent class; NaN before the end
   * @param parameters of the model
   * @param skipped steps whose loss or gradient was not finite
   * @param seconds spent on training
   * @param finished whether it came to its end
   * @param leftOut files that could not be read and are in no part
   */
  public record Result(
      long steps,
      double validation,
      double test,
      double majority,
      long parameters,
      long skipped,
      double seconds,
      boolean finished,
      long leftOut) {
    /** As a JSON object: null where nothing is known yet. */
    public ObjectNode toJson() {
      return JSON.createObjectNode()
          .put("steps", steps)
          .put("validation_accuracy", known(validation))
          .put("test_accuracy", known(test))
          .put("majority", known(majority))
          .put("parameters", parameters)
          .put("skipped", skipped)
          .put("seconds", seconds)
          .put("finished", finished)
          .put("left_out", leftOut);
    }

    private static Double known(double value) {
      return Double.isFinite(value) ? value : null;
    }
  }

  private ClassifierRun(ClassifyConfig config, LabelledData data, RunDirectory directory) {
    this.config = config;
    this.data = data;
    this.directory = directory;
    ClassifierConfig model = config.model();
    LabelledSequences train = data.task().train();
    int classes = train.numClasses();
    if (model.numClasses() != classes) {
      throw new IllegalArgumentException(
          "num_classes is "
              + model.numClasses()
              + ", expected "
              + classes
              + " for "
              + config.data());
    }
    int tokens = train.numTokens();
    if (model.input() instanceof ClassifierConfig.Tokens ids && ids.numTokens() < tokens) {
      throw new IllegalArgumentException(
          "num_tokens is " + ids.numTokens() + ", expected " + tokens + " for " + config.data());
    }
    if (model.input() instanceof ClassifierConfig.Values values && values.channels() > 2) {
      throw new IllegalArgumentException(
          "input_dim is "
              + values.channels()
              + ", expected 1: a pixel is one number; or 2 where some are hidden");
    }
    if (model.placeClasses() > 0) {
      throw new IllegalArgumentException(
          "place_classes is "
              + model.placeClasses()
              + ", expected none: they follow from the objective");
    }
  }

  /**
   * A run that has not begun.
   *
   * @param directory is created; must hold no run
   * @throws IllegalArgumentException if a run has been there, or something that it would replace,
   *     or the model does not fit the data
   */
  public static ClassifierRun start(ClassifyConfig config, LabelledData data, Path directory)
      throws IOException {
    RunDirectory home = new RunDirectory(directory);
    home.refuseUsed();
    return new ClassifierRun(config, data, home);
  }

  /**
   * A run that continues where its last checkpoint is, or at the beginning where it has none.
   *
   * @param directory of a run
   * @throws IllegalArgumentException if there is none, or the model does not fit the data
   */
  public static ClassifierRun resume(ClassifyConfig config, LabelledData data, Path directory) {
    RunDirectory home = new RunDirectory(directory);
    if (!home.isUsed()) {
      throw new IllegalArgumentException(
          directory + ": holds no run to resume (no run.json in it)");
    }
    return new ClassifierRun(config, data, home);
  }

  /**
   * Trains to the end, or until asked to stop.
   *
   * @param stop asked after every step
   * @throws IOException if a file cannot be written, or another process trains in the directory
   */
  public Result run(RunListener listener, BooleanSupplier stop) throws IOException {
    return run(listener, stop, Distribution.single());
  }

  /**
   * The same as one of several ranks, which all have the whole model and sequences of their own:
   * {@code batch} of them each. The first rank alone writes.
   *
   * @throws IllegalArgumentException if the ranks would keep parts of the model
   */
  public Result run(RunListener listener, BooleanSupplier stop, Distribution ranks)
      throws IOException {
    if (ranks.mode() != ShardingMode.NONE) {
      throw new IllegalArgumentException(
          "shard is '"
              + ranks.mode().name().toLowerCase(Locale.ROOT)
              + "', expected none: every rank has the whole classifier");
    }
    LoopSetup setup = new LoopSetup(directory, ranks, listener, config.intervals());
    return RunLock.locked(
        ranks.group(),
        directory.path(),
        directory::settle,
        lock -> {
          try (lock) {
            return run(setup, stop);
          }
        });
  }

  private Result run(LoopSetup setup, BooleanSupplier stop) throws IOException {
    ProcessGroup group = setup.distribution().group();
    Optional<Path> last = directory.checkpoint(RunDirectory.LAST);
    if (last.isPresent()) {
      ConfigDrift.refuse(
          directory.config(),
          config.toJson(),
          fields -> ClassifyConfig.from(fields).toJson(),
          List.of("objective", "start_from"));
    }
    try (ClassifierTask task = new ClassifierTask(config, data, setup, last);
        RunLoop loop = new RunLoop(setup, task, last)) {
      if (group.isFirst()) {
        writeSettings();
      }
      return UnexpectedErrors.run(() -> toTheEnd(task, loop, stop, group));
    }
  }

  private void writeSettings() throws IOException {
    if (directory.isUsed()) {
      ConfigDrift.between(
              directory.config(), config.toJson(), fields -> ClassifyConfig.from(fields).toJson())
          .forEach(LOG::warn);
    }
    directory.writeConfig(JSON.writeValueAsBytes(config.toJson()));
  }

  private Result toTheEnd(
      ClassifierTask task, RunLoop loop, BooleanSupplier stop, ProcessGroup group)
      throws IOException {
    boolean finished = loop.train(stop);
    if (group.isFirst()) {
      RunReport.of(directory, config, task.model(), loop.seconds()).write(directory.path());
    }
    group.barrier(); // the last checkpoint is there for all
    directory.checkpoint(RunDirectory.BEST).ifPresent(task::load);
    TrainingProgress progress = task.trainer().progress();
    Result result =
        new Result(
            progress.steps(),
            Double.isFinite(loop.best()) ? -loop.best() : Double.NaN,
            finished ? task.accuracy(data.test(), Integer.MAX_VALUE) : Double.NaN,
            finished ? task.majority() : Double.NaN,
            task.trainer().trainableCount(),
            progress.skipped(),
            loop.seconds(),
            finished,
            data.leftOut());
    if (group.isFirst()) {
      AtomicFile.write(
          directory.path().resolve("result.json"), JSON.writeValueAsString(result.toJson()));
    }
    return result;
  }
}
