package io.github.gss4j.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.batches.TextBatches;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.run.inputs.RunModel;
import io.github.gss4j.run.loop.RunRecord;
import io.github.gss4j.run.loop.TrainingTask;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.TrainableLanguageModel;
import io.github.gss4j.trainer.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A language model on a text. */
final class LanguageModelTask implements TrainingTask {
  private final RunSetup setup;
  private final BatchSource batches;
  private final LanguageModel model;
  private final TrainableLanguageModel trained;
  private final Trainer<BatchSource> trainer;
  private final RunEvaluation evaluation;
  private final RunSample sample;

  /**
   * A new model, or that of a checkpoint.
   *
   * @param setup stays open
   */
  LanguageModelTask(RunSetup setup, Optional<Path> checkpoint) {
    this.setup = setup;
    this.model = RunModel.open(setup.config(), setup.tokenizer(), setup.context(), checkpoint);
    try {
      this.batches =
          TextBatches.of(
              setup.corpus(), setup.config(), setup.group().rank(), setup.group().worldSize());
      this.trained =
          new TrainableLanguageModel(
              model, setup.config(), setup.inputs().teacher().objective(), setup.group());
      this.trainer = new Trainer<>(trained, setup.distribution());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    this.evaluation = new RunEvaluation(setup, trainer, model);
    this.sample = new RunSample(setup, trainer, model);
  }

  LanguageModel model() {
    return model;
  }

  @Override
  public Trainer<BatchSource> trainer() {
    return trainer;
  }

  @Override
  public Score score() {
    return Score.LOSS;
  }

  @Override
  public StepMetrics step(StepObserver observer) {
    return trainer.step(batches, observer);
  }

  @Override
  public MetricLine.Step line(StepMetrics result, double seconds) {
    return new MetricLine.Step(
        trainer.steps(),
        result.loss(),
        result.learningRate(),
        result.gradNorm(),
        setup.tokensPerStep() / seconds,
        setup.config().objective().isTaught() ? Optional.of(result.taught()) : Optional.empty(),
        batches.leftOut().orElse(MetricLine.SkippedData.NONE));
  }

  @Override
  public double evaluate(RunRecord record, boolean last) throws IOException {
    return evaluation.quick(record).loss();
  }

  /** Evaluates all of the held-out text; nothing where it was stopped. */
  Optional<Evaluator.Result> evaluateWhole(RunRecord record, BooleanSupplier stop)
      throws IOException {
    return evaluation.whole(record, stop);
  }

  @Override
  public void sample(RunRecord record) throws IOException {
    record.add(sample.write());
  }

  /** Writes a last sample, unless it is there already. */
  String lastSample(RunRecord record) throws IOException {
    MetricLine.Sample last = sample.write();
    record.addOnce(last);
    return last.text();
  }

  @Override
  public String fingerprint() {
    return setup.corpus().fingerprint();
  }

  @Override
  public Optional<JsonNode> position() {
    return batches.position();
  }

  @Override
  public void seek(JsonNode position) {
    batches.seek(position);
  }

  /**
   * A checkpoint of an earlier version does not say where its carried states go on: with the next
   * step, if text and blocks are as they were.
   */
  @Override
  public void restored(RunCheckpoint state) throws IOException {
    BatchConfig batch = setup.config().batch();
    JsonNode before = ConfigFile.read(setup.directory().config());
    boolean asBefore =
        state.corpus().equals(fingerprint())
            && before.path("batch").asInt() == batch.size()
            && before.path("seq_len").asInt() == batch.seqLen()
            && before.path("accumulate").asInt() == batch.accumulate();
    if (batch.state().carriesInOrder() && asBefore) {
      trained.resumeAt(batches.place(state.progress().steps() + 1, 0));
    }
  }

  @Override
  public void saveBeside(Path checkpoint) throws IOException {
    setup.tokenizer().save(checkpoint);
  }

  /** What of a stream was left out so far. */
  Optional<MetricLine.SkippedData> leftOut() {
    return batches.leftOut();
  }

  @Override
  public void close() {
    batches.close();
    trainer.close();
    model.close();
  }
}
