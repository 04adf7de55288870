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
  private final RunSetup setting;
  private final BatchSource batches;
  private final LanguageModel model;
  private final TrainableLanguageModel trained;
  private final Trainer<BatchSource> trainer;
  private final RunEvaluation evaluation;
  private final RunSample sample;

  /**
   * A new model, or that of a checkpoint.
   *
   * @param setting stays open
   */
  LanguageModelTask(RunSetup setting, Optional<Path> checkpoint) {
    this.setting = setting;
    this.model =
        RunModel.open(setting.config(), setting.tokenizer(), setting.context(), checkpoint);
    try {
      this.batches =
          TextBatches.of(
              setting.corpus(),
              setting.config(),
              setting.group().rank(),
              setting.group().worldSize());
      this.trained =
          new TrainableLanguageModel(
              model, setting.config(), setting.inputs().teacher().objective(), setting.group());
      this.trainer = new Trainer<>(trained, setting.distribution());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    this.evaluation = new RunEvaluation(setting, trainer, model);
    this.sample = new RunSample(setting, trainer, model);
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
        setting.tokensPerStep() / seconds,
        setting.config().objective().isTaught() ? Optional.of(result.taught()) : Optional.empty(),
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

  /** Writes a last sample, unless it stands there. */
  String lastSample(RunRecord record) throws IOException {
    MetricLine.Sample last = sample.write();
    record.addOnce(last);
    return last.text();
  }

  @Override
  public String fingerprint() {
    return setting.corpus().fingerprint();
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
    BatchConfig batch = setting.config().batch();
    JsonNode before = ConfigFile.read(setting.directory().config());
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
    setting.tokenizer().save(checkpoint);
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
