package io.github.gss4j.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.files.RunLock;
import io.github.gss4j.run.inputs.RunConfigs;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.inputs.RunInputs;
import io.github.gss4j.run.inputs.RunTeacher;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunOutcome;
import io.github.gss4j.run.listener.RunView;
import io.github.gss4j.run.loop.RunLoop;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tracking.Comparison;
import io.github.gss4j.tracking.KernelPicture;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training run from its first step to its report, in a directory of its own.
 *
 * <p>Everything a step depends on is in the configuration, the checkpoint or the step's number, so
 * a run that is killed at any moment and resumed gives the same losses to the bit as one that was
 * not (at equal threads and environment).
 *
 * <p>Where several ranks train together, each is such a run, and the first one alone writes, but
 * for its share of a checkpoint; it also evaluates and samples, while the others wait.
 */
public final class TrainingRun implements RunView, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final RunSetup setup;
  private final RunLock lock;
  private final LanguageModelTask task;
  private final Trainer<?> trainer;
  private final RunLoop loop;

  private TrainingRun(RunSetup setup, RunLock lock, Optional<Path> resumeFrom) throws IOException {
    this.setup = setup;
    this.lock = lock;
    if (resumeFrom.isPresent() && setup.directory().isUsed()) {
      ConfigDrift.refuse(
          setup.directory().config(),
          setup.config().toJson(),
          TrainingRun::complete,
          List.of("start_from", "embeddings_from"));
    }
    this.task = new LanguageModelTask(setup, resumeFrom);
    this.trainer = task.trainer();
    try {
      this.loop = new RunLoop(setup.loop(), task, resumeFrom);
      if (setup.isFirst()) {
        writeSettings();
      }
    } catch (IOException | RuntimeException e) {
      task.close();
      throw e;
    }
  }

  private static ObjectNode complete(JsonFields fields) {
    return TrainConfig.from(fields, TrainConfig.defaults()).toJson();
  }

  private void writeSettings() throws IOException {
    RunDirectory directory = setup.directory();
    if (directory.isUsed()) {
      ConfigDrift.between(directory.config(), setup.config().toJson(), TrainingRun::complete)
          .forEach(LOG::warn);
    }
    setup.tokenizer().save(directory.path());
    directory.writeConfig(JSON.writeValueAsBytes(setup.config().toJson()));
  }

  /**
   * A new run in a new directory, on the text that its configuration names. Nothing is fetched, and
   * what is kept for other runs is in {@code cache} in the directory; see {@link RunContext}.
   *
   * @throws IllegalArgumentException if a run has been there, or something that it would replace
   * @throws IOException if another process trains there, or nothing can be written
   */
  public static TrainingRun start(TrainConfig config, Path path) throws IOException {
    return start(config, path, alone(path));
  }

  /** The same, with its context. */
  public static TrainingRun start(TrainConfig config, Path path, RunContext context)
      throws IOException {
    refuseUsed(path, context);
    return opened(
        RunInputs.open(config, context, Optional.empty()),
        inputs -> start(config, path, inputs, context));
  }

  /** Expert: the same on a text and with a tokenizer that the caller has opened, and closes. */
  public static TrainingRun start(
      TrainConfig config, Path path, TrainingText corpus, Tokenizer tokenizer, RunListener listener)
      throws IOException {
    RunContext context = alone(path).withListener(listener);
    refuseUsed(path, context);
    return start(config, path, RunInputs.of(corpus, tokenizer, RunTeacher.none(config)), context);
  }

  private static TrainingRun start(
      TrainConfig config, Path path, RunInputs inputs, RunContext context) throws IOException {
    RunDirectory directory = new RunDirectory(path);
    RunSetup setup = new RunSetup(config, directory, inputs, context);
    return RunLock.locked(
        setup.group(),
        path,
        directory::refuseUsed,
        lock -> new TrainingRun(setup, lock, Optional.empty()));
  }

  /** Before anything is opened, or written into the directory. */
  private static void refuseUsed(Path path, RunContext context) throws IOException {
    if (context.distribution().group().isFirst()) {
      new RunDirectory(path).refuseUsed();
    }
  }

  /**
   * Resumes a run from its last checkpoint, or from the start where it has none, with the
   * configuration and the cache that it has in its directory.
   *
   * @throws IOException if another process trains there, or nothing can be read or written
   */
  public static TrainingRun resume(Path path) throws IOException {
    Path file = new RunDirectory(path).config();
    ObjectNode settings = ConfigFile.read(file);
    RunConfigs.fromEarlier(settings);
    JsonFields fields = new JsonFields(file.toString(), settings);
    return resume(TrainConfig.from(fields, TrainConfig.defaults()), path, alone(path));
  }

  /**
   * The same in a context, and with a configuration that may have changed: the log says what has.
   * The number of ranks may be another.
   */
  public static TrainingRun resume(TrainConfig config, Path path, RunContext context)
      throws IOException {
    return opened(
        RunInputs.open(config, context, Optional.of(path)),
        inputs -> resume(config, path, inputs, context));
  }

  /** Expert: the same on a text and with a tokenizer that the caller has opened, and closes. */
  public static TrainingRun resume(
      TrainConfig config, Path path, TrainingText corpus, Tokenizer tokenizer, RunListener listener)
      throws IOException {
    RunInputs inputs = RunInputs.of(corpus, tokenizer, RunTeacher.none(config));
    return resume(config, path, inputs, alone(path).withListener(listener));
  }

  private static TrainingRun resume(
      TrainConfig config, Path path, RunInputs inputs, RunContext context) throws IOException {
    RunDirectory directory = new RunDirectory(path);
    RunSetup setup = new RunSetup(config, directory, inputs, context);
    return RunLock.locked(
        setup.group(),
        path,
        directory::settle,
        lock -> new TrainingRun(setup, lock, directory.checkpoint(RunDirectory.LAST)));
  }

  private static RunContext alone(Path run) {
    return RunContext.offline(run.resolve("cache"));
  }

  private interface Opening {
    TrainingRun run(RunInputs inputs) throws IOException;
  }

  /** Opens a run, which closes its inputs from then on. */
  private static TrainingRun opened(RunInputs inputs, Opening opening) throws IOException {
    try {
      return opening.run(inputs);
    } catch (IOException | RuntimeException e) {
      inputs.close();
      throw e;
    }
  }

  @Override
  public LanguageModel model() {
    return task.model();
  }

  @Override
  public long trainableCount() {
    return trainer.trainableCount();
  }

  @Override
  public TrainConfig config() {
    return setup.config();
  }

  @Override
  public TrainingText corpus() {
    return setup.corpus();
  }

  /** What of a stream was left out so far. */
  public Optional<MetricLine.SkippedData> skippedData() {
    return task.leftOut();
  }

  @Override
  public RunDirectory directory() {
    return setup.directory();
  }

  /** Trains to the end, and closes the run. */
  public RunOutcome run() throws IOException {
    try (TrainingRun closed = this) {
      return closed.run(() -> false);
    }
  }

  /**
   * Trains to the end, or until asked to stop; then the step in progress is finished and a
   * checkpoint written.
   *
   * @param stop asked after every step, and on the way through the last evaluation
   */
  public RunOutcome run(BooleanSupplier stop) throws IOException {
    return UnexpectedErrors.run(() -> toTheEnd(stop));
  }

  private RunOutcome toTheEnd(BooleanSupplier stop) throws IOException {
    setup.listener().started(this, trainer.steps());
    boolean whole = loop.train(stop);
    Optional<Evaluator.Result> heldOut =
        whole ? task.evaluateWhole(loop.record(), stop) : Optional.<Evaluator.Result>empty();
    String text = heldOut.isPresent() ? task.lastSample(loop.record()) : "";
    writeReport(List.of());
    double rate = trainer.steps() * tokensPerStep() / Math.max(loop.seconds(), 1e-9);
    long skipped = trainer.progress().skipped();
    RunOutcome outcome = new RunOutcome(trainer.steps(), heldOut.orElse(null), text, rate, skipped);
    setup.listener().ended(this, outcome);
    return outcome;
  }

  /** Tokens of one optimizer step, of all ranks together. */
  long tokensPerStep() {
    return setup.tokensPerStep();
  }

  /**
   * Writes {@code report.html} from the metrics so far; on all ranks at once, and the first one
   * writes.
   *
   * @param comparisons what others need for the held-out text
   */
  public Path writeReport(List<Comparison> comparisons) throws IOException {
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      if (!setup.isFirst()) {
        return setup.directory().path();
      }
      return RunReport.of(
              this,
              trainer.steps(),
              Duration.ofMillis(Math.round(loop.seconds() * 1000)),
              comparisons)
          .write(setup.directory().path());
    }
  }

  @Override
  public List<KernelPicture> kernels() {
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      return RunReport.kernels(model().layers());
    }
  }

  @Override
  public void close() throws IOException {
    loop.close();
    task.close();
    setup.inputs().close();
    if (lock != null) {
      lock.close();
    }
  }
}
