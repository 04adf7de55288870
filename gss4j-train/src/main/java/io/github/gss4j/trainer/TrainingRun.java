package io.github.gss4j.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.checkpoint.PretrainedModel;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.SampleOrder;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tracking.Comparison;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;
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
  private final Corpus corpus;
  private final Tokenizer tokenizer;
  private final RunListener listener;
  private final LanguageModel model;
  private final Trainer trainer;
  private final SampleOrder order;
  private final MetricsLog metrics;
  private double bestLoss = Double.POSITIVE_INFINITY;
  private double seconds;
  private boolean complete;

  /**
   * What became of a run.
   *
   * @param steps taken in all
   * @param heldOut the whole held-out text evaluated at the end; null where the run was stopped
   *     early
   * @param sample written at the end; empty where the run was stopped early
   * @param tokensPerSecond over the whole run
   */
  public record Outcome(
      long steps, Evaluator.Result heldOut, String sample, double tokensPerSecond) {
    /** Whether the run came to its end. */
    public boolean finished() {
      return heldOut != null;
    }
  }

  private TrainingRun(
      TrainConfig config,
      RunDirectory directory,
      Corpus corpus,
      Tokenizer tokenizer,
      RunListener listener,
      Path resumeFrom)
      throws IOException {
    this.config = config;
    this.directory = directory;
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.listener = listener;
    this.order = SampleOrder.of(corpus.train().size(), config.seqLen(), config.seed());
    Precision precision = Precision.forTraining(config.dtype());
    var device = Tensors.device(config.device());
    this.model =
        resumeFrom == null
            ? LanguageModel.of(config.model(), Init.random(config.seed()), precision, device)
            : PretrainedModel.load(resumeFrom, precision, device);
    this.trainer = new Trainer(model, config);
    if (resumeFrom != null) {
      restore(resumeFrom);
    }
    this.metrics = MetricsLog.open(directory.metrics(), trainer.steps());
  }

  /**
   * A new run in a new directory.
   *
   * @throws IllegalArgumentException if a run has been there
   */
  public static TrainingRun start(
      TrainConfig config, Path path, Corpus corpus, Tokenizer tokenizer, RunListener listener)
      throws IOException {
    RunDirectory directory = new RunDirectory(path);
    if (directory.isUsed()) {
      throw new IllegalArgumentException(
          path
              + " already holds a run: choose another --out, or go on with it by --resume "
              + path);
    }
    Files.createDirectories(path);
    Files.write(directory.config(), JSON.writeValueAsBytes(config.toJson()));
    return new TrainingRun(config, directory, corpus, tokenizer, listener, null);
  }

  /** Goes on with a run from its last checkpoint, or from the start where it has none. */
  public static TrainingRun resume(
      TrainConfig config, Path path, Corpus corpus, Tokenizer tokenizer, RunListener listener)
      throws IOException {
    RunDirectory directory = new RunDirectory(path);
    Path last = directory.checkpoint(RunDirectory.LAST).orElse(null);
    Files.write(directory.config(), JSON.writeValueAsBytes(config.toJson()));
    return new TrainingRun(config, directory, corpus, tokenizer, listener, last);
  }

  private void restore(Path checkpoint) {
    RunCheckpoint state = RunCheckpoint.read(checkpoint);
    state.restore(trainer, checkpoint);
    bestLoss = state.bestLoss();
    seconds = state.seconds();
    complete = state.complete();
    if (!state.corpus().equals(corpus.train().fingerprint())) {
      LOG.warn(
          "the text is not the one this run was trained on before: losses will not go on as they would have");
    }
    if (state.threads() != Native.threads()) {
      LOG.warn(
          "resuming with {} threads instead of {}: losses may differ in the last digits",
          Native.threads(),
          state.threads());
    }
  }

  /** The model that is being trained. */
  public LanguageModel model() {
    return model;
  }

  /** The run's configuration. */
  public TrainConfig config() {
    return config;
  }

  /** The text. */
  public Corpus corpus() {
    return corpus;
  }

  /** Where everything is written. */
  public RunDirectory directory() {
    return directory;
  }

  /**
   * Trains to the end, or until asked to stop; then the step in progress is finished and a
   * checkpoint written.
   *
   * @param stop asked after every step
   */
  public Outcome run(BooleanSupplier stop) throws IOException {
    listener.started(this, trainer.steps());
    while (trainer.steps() < config.steps()) {
      step();
      long step = trainer.steps();
      boolean last = step == config.steps();
      if (due(step, config.watch().evalEvery()) && !last) {
        quickEvaluation();
      }
      if (due(step, config.watch().sampleEvery()) && !last) {
        sample();
      }
      boolean stopping = stop.getAsBoolean();
      if (!last && (stopping || due(step, config.watch().saveEvery()))) {
        save();
      }
      if (stopping && !last) {
        writeReport(List.of());
        return new Outcome(step, null, "", tokensPerSecond());
      }
    }
    return finish();
  }

  private static boolean due(long step, long every) {
    return every > 0 && step % every == 0;
  }

  private void step() throws IOException {
    long start = System.nanoTime();
    Trainer.StepResult result;
    try {
      result = trainer.step(this::batch);
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
    metrics.append(
        new MetricLine.Step(
            trainer.steps(), result.loss(), result.learningRate(), result.gradNorm(), rate));
    listener.stepped(trainer.steps(), result, rate);
  }

  /** Micro-batch {@code micro} of a step: the next samples of the one global order. */
  private Tensor batch(long step, int micro) {
    int length = config.seqLen() + 1;
    long first = ((step - 1) * config.accumulate() + micro) * config.batch();
    long[] ids = new long[config.batch() * length];
    long[] row = new long[length];
    for (int b = 0; b < config.batch(); b++) {
      corpus.train().read(order.offset(first + b), row);
      System.arraycopy(row, 0, ids, b * length, length);
    }
    return Tensors.of(ids, config.batch(), length);
  }

  private void quickEvaluation() throws IOException {
    Evaluator.Result result =
        new Evaluator(model, tokenizer)
            .quick(corpus.heldOut(), config.watch().evalTokens(), config.seed());
    report(result, false);
    if (result.loss() < bestLoss) {
      bestLoss = result.loss();
      directory.point(RunDirectory.BEST, save());
      directory.prune();
    }
  }

  private void report(Evaluator.Result result, boolean whole) throws IOException {
    metrics.append(
        new MetricLine.Evaluation(
            trainer.steps(),
            result.loss(),
            result.bitsPerByte(),
            result.perplexity(),
            result.tokens(),
            whole));
    listener.evaluated(trainer.steps(), result, whole);
  }

  private String sample() throws IOException {
    String prompt = config.watch().prompt();
    String text;
    try (TextGenerator generator = new TextGenerator(model, tokenizer)) {
      Sampling sampling = Sampling.from(config.seed()).withTemperature(0.7).withTopP(0.95);
      text = generator.generate(prompt, GenerationOptions.of(SAMPLE_TOKENS, sampling)).text();
    }
    metrics.append(new MetricLine.Sample(trainer.steps(), prompt, text));
    listener.sampled(trainer.steps(), prompt, text);
    return text;
  }

  private Path save() throws IOException {
    RunCheckpoint state =
        new RunCheckpoint(
            trainer.steps(),
            bestLoss,
            seconds,
            corpus.train().fingerprint(),
            Native.threads(),
            complete);
    Path saved = directory.save(trainer.steps(), aside -> write(state, aside));
    directory.prune();
    listener.saved(trainer.steps(), saved);
    return saved;
  }

  private void write(RunCheckpoint state, Path aside) throws IOException {
    state.write(trainer, aside);
    tokenizer.save(aside);
  }

  private Outcome finish() throws IOException {
    boolean again = complete; // a finished run that is resumed only reports
    complete = true;
    if (!again && config.watch().evalEvery() > 0) {
      quickEvaluation();
    }
    Path last = save();
    if (directory.checkpoint(RunDirectory.BEST).isEmpty()) {
      directory.point(RunDirectory.BEST, last);
    }
    Evaluator.Result heldOut =
        new Evaluator(model, tokenizer).whole(corpus.heldOut(), listener::evaluating);
    report(heldOut, true);
    String text = sample();
    writeReport(List.of());
    return new Outcome(trainer.steps(), heldOut, text, tokensPerSecond());
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
    return RunReport.of(
            this, trainer.steps(), Duration.ofMillis(Math.round(seconds * 1000)), comparisons)
        .write(directory.path());
  }

  @Override
  public void close() throws IOException {
    metrics.close();
    trainer.close();
    model.close();
  }
}
