package io.github.gss4j.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.data.documents.StreamedCorpus;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tracking.Comparison;
import io.github.gss4j.tracking.KernelPicture;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training run from its first step to its report, in a directory of its own.
 *
 * <p>Everything a step depends on is in the configuration, the checkpoint or the step's number, so
 * a run that is killed at any moment and resumed gives the same losses to the bit as one that was
 * not (at equal threads and environment).
 */
public final class TrainingRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
  private static final int SAMPLE_TOKENS = 400;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final TrainConfig config;
  private final RunDirectory directory;
  private final TrainingText corpus;
  private final Tokenizer tokenizer;
  private final RunListener listener;
  private final LanguageModel model;
  private final Trainer trainer;
  private final BatchSource batches;
  private final RunLock lock;
  private final MetricsLog metrics;
  private double bestLoss = Double.POSITIVE_INFINITY;
  private double seconds;

  /**
   * What became of a run.
   *
   * @param steps taken in all
   * @param heldOut the whole held-out text evaluated at the end; null where the run was stopped
   *     early
   * @param sample written at the end; empty where the run was stopped early
   * @param tokensPerSecond over the whole run
   * @param skipped steps whose loss or gradient was not finite
   */
  public record Outcome(
      long steps, Evaluator.Result heldOut, String sample, double tokensPerSecond, long skipped) {
    /** Whether the run came to its end. */
    public boolean finished() {
      return heldOut != null;
    }
  }

  private TrainingRun(
      TrainConfig config,
      RunDirectory directory,
      TrainingText corpus,
      Tokenizer tokenizer,
      RunTeacher teacher,
      RunListener listener,
      RunLock lock,
      Optional<Path> resumeFrom)
      throws IOException {
    this.lock = lock;
    this.config = config;
    this.directory = directory;
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.listener = listener;
    this.batches = batches(corpus, config);
    this.model = RunModel.open(config, tokenizer, resumeFrom);
    this.trainer = new Trainer(model, config, teacher.objective());
    try {
      if (resumeFrom.isPresent()) {
        restore(resumeFrom.get());
      }
      if (directory.isUsed()) {
        ConfigDrift.between(directory.config(), config).forEach(LOG::warn);
      }
      tokenizer.save(directory.path());
      directory.writeConfig(JSON.writeValueAsBytes(config.toJson()));
      this.metrics = MetricsLog.open(directory.metrics(), trainer.steps());
    } catch (IOException | RuntimeException e) {
      batches.close();
      trainer.close();
      model.close();
      throw e;
    }
  }

  private static BatchSource batches(TrainingText text, TrainConfig config) {
    if (text instanceof Corpus corpus) {
      return config.carryState()
          ? new LongDocuments(corpus.train(), config)
          : new CorpusBatches(corpus.train(), config);
    }
    if (text instanceof StreamedCorpus stream) {
      Checks.that(!config.carryState(), "carry_state", true, "false with --stream, which shuffles");
      return new StreamBatches(stream, config, 0, 1);
    }
    throw new IllegalArgumentException(
        text.name() + " is a " + text.getClass().getSimpleName() + ", expected a corpus or stream");
  }

  /**
   * A new run in a new directory.
   *
   * @throws IllegalArgumentException if a run has been there
   * @throws IOException if another process trains there, or nothing can be written
   */
  public static TrainingRun start(
      TrainConfig config, Path path, TrainingText corpus, Tokenizer tokenizer, RunListener listener)
      throws IOException {
    return start(config, path, corpus, tokenizer, RunTeacher.none(config), listener);
  }

  /**
   * A new run in a new directory, with a teacher.
   *
   * @param teacher open for as long as the run is
   * @throws IllegalArgumentException if a run has been there
   */
  public static TrainingRun start(
      TrainConfig config,
      Path path,
      TrainingText corpus,
      Tokenizer tokenizer,
      RunTeacher teacher,
      RunListener listener)
      throws IOException {
    RunDirectory directory = new RunDirectory(path);
    return locked(
        directory,
        lock -> {
          if (directory.isUsed()) {
            throw new IllegalArgumentException(
                path
                    + " already holds a run: choose another --out, or go on with it by --resume "
                    + path);
          }
          return new TrainingRun(
              config, directory, corpus, tokenizer, teacher, listener, lock, Optional.empty());
        });
  }

  /**
   * Goes on with a run from its last checkpoint, or from the start where it has none. What has
   * changed since is said in the log.
   *
   * @throws IOException if another process trains there, or nothing can be read or written
   */
  public static TrainingRun resume(
      TrainConfig config, Path path, TrainingText corpus, Tokenizer tokenizer, RunListener listener)
      throws IOException {
    return resume(config, path, corpus, tokenizer, RunTeacher.none(config), listener);
  }

  /** The same with a teacher, open for as long as the run is. */
  public static TrainingRun resume(
      TrainConfig config,
      Path path,
      TrainingText corpus,
      Tokenizer tokenizer,
      RunTeacher teacher,
      RunListener listener)
      throws IOException {
    RunDirectory directory = new RunDirectory(path);
    return locked(
        directory,
        lock -> {
          Optional<Path> last = directory.checkpoint(RunDirectory.LAST);
          return new TrainingRun(
              config, directory, corpus, tokenizer, teacher, listener, lock, last);
        });
  }

  private interface Opening {
    TrainingRun run(RunLock lock) throws IOException;
  }

  private static TrainingRun locked(RunDirectory directory, Opening opening) throws IOException {
    RunLock lock = RunLock.take(directory.path());
    try {
      return opening.run(lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void restore(Path checkpoint) throws IOException {
    RunCheckpoint state = RunCheckpoint.read(checkpoint);
    state.restore(trainer, checkpoint);
    state.position().ifPresent(batches::seek);
    bestLoss = state.bestLoss();
    seconds = state.seconds();
    if (state.best()) {
      directory.point(RunDirectory.BEST, checkpoint); // a kill may have come before
    }
    state.drift(corpus.fingerprint()).forEach(LOG::warn);
  }

  /** The model that is being trained, with the weights that are trained, not their average. */
  public LanguageModel model() {
    return model;
  }

  /** How many of the model's numbers are learned; all others are frozen. */
  public long learnedCount() {
    return trainer.learnedCount();
  }

  /** The run's configuration. */
  public TrainConfig config() {
    return config;
  }

  /** The text. */
  public TrainingText corpus() {
    return corpus;
  }

  /** What of a stream was left out so far. */
  public Optional<BatchSource.LeftOut> leftOut() {
    return batches.leftOut();
  }

  /** Where everything is written. */
  public RunDirectory directory() {
    return directory;
  }

  /**
   * Trains to the end, or until asked to stop; then the step in progress is finished and a
   * checkpoint written.
   *
   * @param stop asked after every step, and on the way through the last evaluation
   */
  public Outcome run(BooleanSupplier stop) throws IOException {
    listener.started(this, trainer.steps());
    while (trainer.steps() < config.steps()) {
      step();
      boolean last = trainer.steps() == config.steps();
      boolean best = evaluationIsDue(last) && quickEvaluation();
      if (!last && due(config.watch().sampleEvery())) {
        record(sample());
      }
      boolean stopping = stop.getAsBoolean();
      if (best || last || stopping || (isSound() && due(config.watch().saveEvery()))) {
        save(best || (last && bestLoss == Double.POSITIVE_INFINITY));
      }
      if (stopping && !last) {
        return stopped();
      }
    }
    return finish(stop);
  }

  /** Whether the last step was not skipped: only then is a checkpoint a good one to go on from. */
  private boolean isSound() {
    return trainer.progress().skippedInARow() == 0;
  }

  private boolean evaluationIsDue(boolean last) {
    long every = config.watch().evalEvery();
    return due(every) || (last && every > 0);
  }

  private boolean due(long every) {
    return every > 0 && trainer.steps() % every == 0;
  }

  private void step() throws IOException {
    long every = config.longRun().watchEvery();
    boolean watched = every > 0 && (trainer.steps() + 1) % every == 0;
    long start = System.nanoTime();
    Trainer.StepResult result;
    LayerMeasures measures = null;
    try (LayerWatch watch = new LayerWatch(listener.wantsHistograms())) {
      result = trainer.step(batches, watched ? watch : StepObserver.NONE);
      measures = watched ? watch.measures() : null;
    } catch (NonFiniteLossException e) {
      throw new NonFiniteLossException(
          e,
          directory
              .checkpoint(RunDirectory.LAST)
              .map(last -> "The last good checkpoint is " + last)
              .orElse("No checkpoint was written yet"));
    }
    double took = (System.nanoTime() - start) / 1e9;
    seconds += took;
    double rate = config.tokensPerStep() / took;
    record(
        new MetricLine.Step(
            trainer.steps(),
            result.loss(),
            result.learningRate(),
            result.gradNorm(),
            rate,
            config.objective().isTaught() ? Optional.of(result.taught()) : Optional.empty()));
    listener.stepped(trainer.steps(), result, rate);
    if (measures != null) {
      watched(measures, every);
    }
  }

  private void watched(LayerMeasures measures, long every) throws IOException {
    Progress progress = trainer.progress();
    MetricLine.Watch line =
        new MetricLine.Watch(
            progress.steps(),
            measures.gradNorms(),
            measures.updateRatios(),
            (double) progress.clipped() / every,
            progress.skipped(),
            Pointer.physicalBytes());
    trainer.watched();
    record(line);
    listener.watched(line, measures);
  }

  /** Evaluates a slice of the held-out text, and says whether the loss is the lowest so far. */
  private boolean quickEvaluation() throws IOException {
    Evaluator.Result result;
    try (Trainer.Averaged averaged = trainer.averaged()) {
      result =
          new Evaluator(model, tokenizer)
              .quick(corpus.heldOut(), config.watch().evalTokens(), config.seed());
    }
    record(line(result, false));
    listener.evaluated(trainer.steps(), result, false);
    boolean best = isSound() && result.loss() < bestLoss;
    bestLoss = best ? result.loss() : bestLoss;
    return best;
  }

  private MetricLine.Evaluation line(Evaluator.Result result, boolean whole) {
    return new MetricLine.Evaluation(
        trainer.steps(),
        result.loss(),
        result.bitsPerByte(),
        result.perplexity(),
        result.tokens(),
        whole);
  }

  private MetricLine.Sample sample() {
    String prompt = config.watch().prompt();
    String text;
    try (Trainer.Averaged averaged = trainer.averaged();
        TextGenerator generator = new TextGenerator(model, tokenizer)) {
      Sampling sampling = Sampling.from(config.seed()).withTemperature(0.7).withTopP(0.95);
      text = generator.generate(prompt, GenerationOptions.of(SAMPLE_TOKENS, sampling)).text();
    }
    listener.sampled(trainer.steps(), prompt, text);
    return new MetricLine.Sample(trainer.steps(), prompt, text);
  }

  private void record(MetricLine line) throws IOException {
    try {
      metrics.append(line);
    } catch (IOException e) {
      throw new IOException(directory.metrics() + ": cannot be written: " + e.getMessage(), e);
    }
    listener.recorded(line);
  }

  /** As {@link #record}, unless the same stands there: from a run that ended and is resumed. */
  private void recordOnce(MetricLine line) throws IOException {
    if (!MetricsLog.read(directory.metrics()).contains(line)) {
      record(line);
    }
  }

  private void save(boolean best) throws IOException {
    RunCheckpoint state =
        new RunCheckpoint(
            trainer.progress(),
            best,
            bestLoss,
            seconds,
            corpus.fingerprint(),
            RunCheckpoint.presentEnvironment(),
            batches.position());
    Path saved = directory.save(trainer.steps(), aside -> write(state, aside));
    if (best) {
      directory.point(RunDirectory.BEST, saved);
    }
    directory.prune(config.longRun().keep());
    listener.saved(trainer.steps(), saved);
  }

  private void write(RunCheckpoint state, Path aside) throws IOException {
    state.write(trainer, aside);
    tokenizer.save(aside);
  }

  /** What comes after the last step and its checkpoint; a finished run that is resumed is here. */
  private Outcome finish(BooleanSupplier stop) throws IOException {
    Evaluator.Result heldOut;
    try (Trainer.Averaged averaged = trainer.averaged()) {
      heldOut =
          new Evaluator(model, tokenizer)
              .whole(
                  corpus.heldOut(),
                  share -> {
                    listener.evaluating(share);
                    if (share < 1 && stop.getAsBoolean()) {
                      throw new CancellationException();
                    }
                  });
    } catch (CancellationException asked) {
      return stopped();
    }
    recordOnce(line(heldOut, true));
    listener.evaluated(trainer.steps(), heldOut, true);
    MetricLine.Sample sample = sample();
    recordOnce(sample);
    writeReport(List.of());
    return outcome(heldOut, sample.text());
  }

  private Outcome stopped() throws IOException {
    writeReport(List.of());
    return outcome(null, "");
  }

  private Outcome outcome(Evaluator.Result heldOut, String sample) {
    long skipped = trainer.progress().skipped();
    Outcome outcome = new Outcome(trainer.steps(), heldOut, sample, tokensPerSecond(), skipped);
    listener.ended(this, outcome);
    return outcome;
  }

  private double tokensPerSecond() {
    return trainer.steps() * config.tokensPerStep() / Math.max(seconds, 1e-9);
  }

  /**
   * Writes {@code report.html} from the metrics so far.
   *
   * @param comparisons what others need for the held-out text
   */
  public Path writeReport(List<Comparison> comparisons) throws IOException {
    try (Trainer.Averaged averaged = trainer.averaged()) {
      return RunReport.of(
              this, trainer.steps(), Duration.ofMillis(Math.round(seconds * 1000)), comparisons)
          .write(directory.path());
    }
  }

  /** What the state-space layers have learned so far, to be drawn. */
  public List<KernelPicture> kernels() {
    try (Trainer.Averaged averaged = trainer.averaged()) {
      return RunReport.kernels(model.layers());
    }
  }

  @Override
  public void close() throws IOException {
    batches.close();
    metrics.close();
    trainer.close();
    model.close();
    lock.close();
  }
}
