package io.github.gss4j.run;

import io.github.gss4j.batches.ClassifierBatches;
import io.github.gss4j.batches.LabelledBatches;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.StepResult;
import io.github.gss4j.trainer.TrainableClassifier;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import io.github.gss4j.weights.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A classifier on labelled sequences. */
final class ClassifierTask implements TrainingTask {
  private final ClassifyConfig config;
  private final LabelledData data;
  private final RunListener listener;
  private final SequenceClassifier model;
  private final Trainer<LabelledBatches> trainer;
  private StepResult latest;
  private long tokens;

  /** A new model, or that of a checkpoint. */
  ClassifierTask(
      ClassifyConfig config, LabelledData data, LoopSetting setting, Optional<Path> checkpoint) {
    this.config = config;
    this.data = data;
    this.listener = setting.listener();
    this.model =
        SequenceClassifier.of(
            config.model(),
            Init.random(config.seed()),
            Precision.forTraining(config.dtype()),
            Tensors.device(config.device()));
    try {
      checkpoint.ifPresent(this::load);
      this.trainer =
          new Trainer<>(
              new TrainableClassifier(
                  model, config.recipe(), config.stateSpaceLr(), config.checkpointLayers()),
              setting.distribution());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Gives the model the weights of a checkpoint. */
  void load(Path checkpoint) {
    TensorReader reader =
        new TensorReader(TensorSource.open(checkpoint.resolve(ModelFiles.WEIGHTS)));
    for (Parameter p : model.parameters()) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        p.value().copy_(reader.readWarned(p.name(), Tensors.type(p.value())));
      }
    }
  }

  SequenceClassifier model() {
    return model;
  }

  @Override
  public Trainer<LabelledBatches> trainer() {
    return trainer;
  }

  @Override
  public Score score() {
    return Score.ACCURACY;
  }

  @Override
  public StepResult step(StepObserver observer) {
    latest = trainer.step(this::batches, observer);
    return latest;
  }

  private List<LabelledBatches.Batch> batches(long step) {
    ClassifierBatches train = batches(data.train());
    List<LabelledBatches.Batch> batches = new ArrayList<>();
    for (int micro = 0; micro < config.accumulate(); micro++) {
      long number = (step - 1) * config.accumulate() + micro;
      batches.add(train.drawn(config.seed(), number, config.batch()));
    }
    tokens = batches.stream().mapToLong(LabelledBatches.Batch::tokens).sum();
    return batches;
  }

  private ClassifierBatches batches(LabelledSequences sequences) {
    return new ClassifierBatches(
        sequences,
        config.model().input(),
        Precision.forTraining(config.dtype()).base(),
        model.device());
  }

  @Override
  public MetricLine.Step line(StepResult result, double seconds) {
    return new MetricLine.Step(
        trainer.steps(), result.loss(), result.learningRate(), result.gradNorm(), tokens / seconds);
  }

  @Override
  public double evaluate(RunRecord record, boolean last) throws IOException {
    double accuracy;
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      accuracy = accuracy(data.validation(), last ? Integer.MAX_VALUE : config.evalExamples());
    }
    record.add(
        new MetricLine.Validation(trainer.steps(), latest.loss(), latest.learningRate(), accuracy));
    listener.validated(trainer.steps(), accuracy);
    return -accuracy;
  }

  /**
   * The share of sequences whose greatest logit is their class's.
   *
   * @param most of how many of them, the first ones
   */
  double accuracy(LabelledSequences sequences, int most) {
    ClassifierBatches batches = batches(sequences);
    int count = Math.min(most, sequences.size());
    long right = 0;
    for (int from = 0; from < count; from += config.batch()) {
      try (PointerScope scope = new PointerScope()) {
        LabelledBatches.Batch batch = batches.inOrder(from, Math.min(count, from + config.batch()));
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

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
