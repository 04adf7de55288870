package io.github.gss4j.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.data.documents.StreamedCorpus;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
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
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
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
public final class TrainingRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
  private static final int SAMPLE_TOKENS = 400;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final TrainConfig config;
  private final ProcessGroup group;
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
      Distribution distribution,
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
    this.group = distribution.group();
    this.directory = directory;
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.listener = group.isFirst() ? listener : new RunListener() {};
    this.batches = batches(corpus, config, group);
    this.model = RunModel.open(config, tokenizer, resumeFrom);
    this.trainer = new Trainer(model, config, teacher.objective(), distribution);
    try {
      if (resumeFrom.isPresent()) {
        restore(resumeFrom.get());
      }
      this.metrics = group.isFirst() ? begin() : null;
    } catch (IOException | RuntimeException e) {
      batches.close();
      trainer.close();
      model.close();
      throw e;
    }
  }

  private MetricsLog begin() throws IOException {
    if (directory.isUsed()) {
      ConfigDrift.between(directory.config(), config).forEach(LOG::warn);
    }
    tokenizer.save(directory.path());
    directory.writeConfig(JSON.writeValueAsBytes(config.toJson()));
    return MetricsLog.open(directory.metrics(), trainer.steps());
  }

  private static BatchSource batches(TrainingText text, TrainConfig config, ProcessGroup group) {
    if (text instanceof Corpus corpus) {
      return config.carryState()
          ? new LongDocuments(corpus.train(), config)
          : new CorpusBatches(corpus.train(), config, group.rank(), group.world());
    }
    if (text instanceof StreamedCorpus stream) {
      Checks.that(!config.carryState(), "carry_state", true, "false with --stream, which shuffles");
      return new StreamBatches(stream, config, group.rank(), group.world());
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
    return start(
        config, Distribution.single(), path, corpus, tokenizer, RunTeacher.none(config), listener);
  }

  /**
   * A new run in a new directory, on one of several ranks and with a teacher.
   *
   * @param distribution how ranks share the work; its group is open for as long as the run is
   * @param teacher open for as long as the run is
   * @throws IllegalArgumentException if a run has been there
   */
  public static TrainingRun start(
      TrainConfig config,
      Distribution distribution,
      Path path,
      TrainingText corpus,
      Tokenizer tokenizer,
      RunTeacher teacher,
      RunListener listener)
      throws IOException {
    RunDirectory directory = new RunDirectory(path);
    return locked(
        distribution.group(),
        directory,
        lock -> {
          if (lock != null && directory.isUsed()) {
            throw new IllegalArgumentException(
                path
                    + " already holds a run: choose another --out, or go on with it by --resume "
                    + path);
          }
          return new TrainingRun(
              config,
              distribution,
              directory,
              corpus,
              tokenizer,
              teacher,
              listener,
              lock,
              Optional.empty());
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
    return resume(
        config, Distribution.single(), path, corpus, tokenizer, RunTeacher.none(config), listener);
  }

  /**
   * The same on one of several ranks and with a teacher; how many ranks there were is no matter.
   */
  public static TrainingRun resume(
      TrainConfig config,
      Distribution distribution,
      Path path,
      TrainingText corpus,
      Tokenizer tokenizer,
      RunTeacher teacher,
      RunListener listener)
      throws IOException {
    RunDirectory directory = new RunDirectory(path);
    return locked(
        distribution.group(),
        directory,
        lock -> {
          Optional<Path> last = directory.checkpoint(RunDirectory.LAST);
          return new TrainingRun(
              config, distribution, directory, corpus, tokenizer, teacher, listener, lock, last);
        });
  }

  private interface Opening {
    TrainingRun run(RunLock lock) throws IOException;
  }

  /** The first rank has the directory's lock, the others none; all are there when it is taken. */
  private static TrainingRun locked(ProcessGroup group, RunDirectory directory, Opening opening)
      throws IOException {
    if (!group.isFirst()) {
      group.barrier();
      TrainingRun run = opening.run(null);
      group.barrier();
      return run;
    }
    RunLock lock = RunLock.take(directory.path());
    try {
      group.barrier();
      TrainingRun run = opening.run(lock);
      group.barrier();
      return run;
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
    if (state.best() && group.isFirst()) {
      directory.point(RunDirectory.BEST, checkpoint); // a kill may have come before
    }
    if (group.isFirst()) {
      state.drift(corpus.fingerprint()).forEach(LOG::warn);
    }
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
  public Optional<MetricLine.LeftOut> leftOut() {
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
      boolean stopping = group.sum(stop.getAsBoolean() ? 1 : 0)[0] > 0;
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
    double rate = tokensPerStep() / took;
    record(
        new MetricLine.Step(
            trainer.steps(),
            result.loss(),
            result.learningRate(),
            result.gradNorm(),
            rate,
            config.objective().isTaught() ? Optional.of(result.taught()) : Optional.empty(),
            batches.leftOut().orElse(MetricLine.LeftOut.NONE)));
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
      long tokens = config.watch().evalTokens();
      result = onFirst(evaluator -> evaluator.quick(corpus.heldOut(), tokens, config.seed()));
      record(line(result, false)); // while the model is whole, for listeners that look at it
    }
    listener.evaluated(trainer.steps(), result, false);
    boolean best = isSound() && result.loss() < bestLoss;
    bestLoss = best ? result.loss() : bestLoss;
    return best;
  }

  /** An evaluation by the first rank, while the others wait. */
  private Evaluator.Result onFirst(Function<Evaluator, Evaluator.Result> evaluation) {
    double[] told =
        group.fromFirst(
            () -> {
              Evaluator.Result found = evaluation.apply(new Evaluator(model, tokenizer));
              return new double[] {found.loss(), found.tokens(), found.bytes()};
            });
    return new Evaluator.Result(told[0], (long) told[1], (long) told[2]);
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
    try (Trainer.Averaged averaged = trainer.averaged()) {
      text = group.isFirst() ? written(prompt) : "";
      group.barrier();
    }
    listener.sampled(trainer.steps(), prompt, text);
    return new MetricLine.Sample(trainer.steps(), prompt, text);
  }

  private String written(String prompt) {
    try (TextGenerator generator = new TextGenerator(model, tokenizer)) {
      Sampling sampling = Sampling.from(config.seed()).withTemperature(0.7).withTopP(0.95);
      int room = model.config().maxSeqLen().orElse(Integer.MAX_VALUE);
      int tokens = Math.min(SAMPLE_TOKENS, room - tokenizer.encode(prompt).length);
      return tokens < 1
          ? ""
          : generator.generate(prompt, GenerationOptions.of(tokens, sampling)).text();
    }
  }

  private void record(MetricLine line) throws IOException {
    if (!group.isFirst()) {
      return;
    }
    try {
      metrics.append(line);
    } catch (IOException e) {
      throw new IOException(directory.metrics() + ": cannot be written: " + e.getMessage(), e);
    }
    listener.recorded(line);
  }

  /** As {@link #record}, unless the same stands there: from a run that ended and is resumed. */
  private void recordOnce(MetricLine line) throws IOException {
    if (group.isFirst() && !MetricsLog.read(directory.metrics()).contains(line)) {
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
    if (!group.isFirst()) {
      state.write(trainer, directory.aside(trainer.steps()));
      return;
    }
    Path saved = directory.save(trainer.steps(), aside -> write(state, aside));
    if (best) {
      directory.point(RunDirectory.BEST, saved);
    }
    directory.prune(config.longRun().keep());
    listener.saved(trainer.steps(), saved);
  }

  private void write(RunCheckpoint state, Path aside) throws IOException {
    tokenizer.save(aside);
    state.write(trainer, aside);
  }

  /** What comes after the last step and its checkpoint; a finished run that is resumed is here. */
  private Outcome finish(BooleanSupplier stop) throws IOException {
    Evaluator.Result heldOut;
    try (Trainer.Averaged averaged = trainer.averaged()) {
      heldOut = onFirst(evaluator -> whole(evaluator, stop));
    }
    if (heldOut.tokens() == 0) {
      return stopped();
    }
    recordOnce(line(heldOut, true));
    listener.evaluated(trainer.steps(), heldOut, true);
    MetricLine.Sample sample = sample();
    recordOnce(sample);
    writeReport(List.of());
    return outcome(heldOut, sample.text());
  }

  /** The whole held-out text; of no tokens where it was asked to stop on the way. */
  private Evaluator.Result whole(Evaluator evaluator, BooleanSupplier stop) {
    try {
      return evaluator.whole(
          corpus.heldOut(),
          share -> {
            listener.evaluating(share);
            if (share < 1 && stop.getAsBoolean()) {
              throw new CancellationException();
            }
          });
    } catch (CancellationException asked) {
      return new Evaluator.Result(Double.NaN, 0, 0);
    }
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
    return trainer.steps() * tokensPerStep() / Math.max(seconds, 1e-9);
  }

  /** Tokens of one optimizer step, of all ranks together. */
  public long tokensPerStep() {
    return config.tokensPerStep() * group.world();
  }

  /**
   * Writes {@code report.html} from the metrics so far; on all ranks at once, and the first one
   * writes.
   *
   * @param comparisons what others need for the held-out text
   */
  public Path writeReport(List<Comparison> comparisons) throws IOException {
    try (Trainer.Averaged averaged = trainer.averaged()) {
      if (!group.isFirst()) {
        return directory.path();
      }
      return RunReport.of(
              this, trainer.steps(), Duration.ofMillis(Math.round(seconds * 1000)), comparisons)
          .write(directory.path());
    }
  }

  /**
   * What the state-space layers have learned so far, to be drawn; where several ranks train, while
   * the run tells its listeners of an evaluation, or on all ranks at once.
   */
  public List<KernelPicture> kernels() {
    try (Trainer.Averaged averaged = trainer.averaged()) {
      return RunReport.kernels(model.layers());
    }
  }

  @Override
  public void close() throws IOException {
    batches.close();
    if (metrics != null) {
      metrics.close();
    }
    trainer.close();
    model.close();
    if (lock != null) {
      lock.close();
    }
  }
}
