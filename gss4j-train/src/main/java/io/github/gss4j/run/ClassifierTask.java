package io.github.gss4j.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.gss4j.batches.ClassifierBatches;
import io.github.gss4j.batches.LabelledBatches;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.run.inputs.ModelSettings;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.loop.LoopSetup;
import io.github.gss4j.run.loop.RunRecord;
import io.github.gss4j.run.loop.TrainingTask;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.TrainableClassifier;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import io.github.gss4j.weights.PretrainedClassifier;
import io.github.gss4j.weights.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A classifier on labelled sequences, stage by stage. */
final class ClassifierTask implements TrainingTask {
  private static final Logger LOG = LoggerFactory.getLogger(ClassifierTask.class);
  private static final String STAGE = "stage";

  private final ClassifyConfig config;
  private final LabelledData data;
  private final RunListener listener;
  private final ProcessGroup group;
  private final SequenceClassifier model;
  private final Trainer<LabelledBatches> trainer;
  private final ReadAhead<List<ClassifierBatches.Drawn>> ahead = new ReadAhead<>();
  private final String fingerprint;
  private int stage;
  private StepMetrics latest;
  private long tokens;

  /** A new model, or that of a checkpoint. */
  ClassifierTask(
      ClassifyConfig config, LabelledData data, LoopSetup setup, Optional<Path> checkpoint) {
    this.config = config;
    this.data = data;
    this.listener = setup.listener();
    this.group = setup.distribution().group();
    this.fingerprint = data.fingerprint();
    int numTokens = data.task().train().numTokens();
    this.model =
        SequenceClassifier.of(
            config.model().withPlaceClasses(config.objective().placeClasses(numTokens)),
            Init.random(config.seed()),
            Precision.forTraining(config.dtype()),
            Tensors.device(config.device()));
    try {
      if (checkpoint.isPresent()) {
        ModelSettings.check(
            model.config().toJson(),
            PretrainedClassifier.config(checkpoint.get()).toJson(),
            Set.of(),
            checkpoint.get(),
            "a run keeps its model");
        load(checkpoint.get());
      } else if (!config.startFrom().isEmpty()) {
        FirstWeights.copy(Path.of(config.startFrom()), model);
      }
      this.trainer =
          new Trainer<>(
              new TrainableClassifier(
                  model,
                  config.objective(),
                  config.recipe(),
                  config.stateSpaceLr(),
                  config.checkpointLayers()),
              setup.distribution());
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
      FirstWeights.copy(reader, p);
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
  public StepMetrics step(StepObserver observer) {
    latest = trainer.step(this::batches, observer);
    return latest;
  }

  private List<LabelledBatches.Batch> batches(long step) {
    ClassifierBatches train = batches(data.stages().get(stage).train(), config.objective());
    List<LabelledBatches.Batch> batches =
        ahead.get(key(step), () -> drawn(train, step)).stream().map(train::batch).toList();
    if (step < config.steps()) {
      ahead.begin(key(step + 1), () -> drawn(train, step + 1));
    }
    tokens = group.worldSize() * batches.stream().mapToLong(LabelledBatches.Batch::tokens).sum();
    return batches;
  }

  /** What a step's sequences depend on. */
  private String key(long step) {
    return stage + " " + step;
  }

  private List<ClassifierBatches.Drawn> drawn(ClassifierBatches train, long step) {
    List<ClassifierBatches.Drawn> drawn = new ArrayList<>();
    for (int micro = 0; micro < config.accumulate(); micro++) {
      long number = (step - 1) * config.accumulate() + micro;
      long own = number * group.worldSize() + group.rank();
      drawn.add(train.drawn(config.seed(), own, config.batch()));
    }
    return drawn;
  }

  private ClassifierBatches batches(LabelledSequences sequences, ClassifierObjective objective) {
    return new ClassifierBatches(
        sequences,
        objective,
        config.model().input(),
        Precision.forTraining(config.dtype()).base(),
        model.device());
  }

  @Override
  public MetricLine.Step line(StepMetrics result, double seconds) {
    return new MetricLine.Step(
        trainer.steps(), result.loss(), result.learningRate(), result.gradNorm(), tokens / seconds);
  }

  @Override
  public double evaluate(RunRecord record, boolean last) throws IOException {
    int most = last ? Integer.MAX_VALUE : config.evalExamples();
    LabelledData.Stage now = data.stages().get(stage);
    double accuracy;
    Optional<MetricLine.StageAccuracy> easier = Optional.empty();
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      accuracy = accuracy(data.task().validation(), most);
      if (stage < data.stages().size() - 1) {
        double own = accuracy(now.validation(), config.evalExamples());
        easier = Optional.of(new MetricLine.StageAccuracy(now.name(), own));
      }
    }
    record.add(
        new MetricLine.Validation(
            trainer.steps(), latest.loss(), latest.learningRate(), accuracy, easier));
    listener.validated(trainer.steps(), accuracy, easier);
    if (easier.isPresent() && easier.get().accuracy() >= data.promoteAt()) {
      stage++;
      LOG.info("step {}: {} from here on", trainer.steps(), data.stages().get(stage).name());
    }
    return -accuracy;
  }

  /** What comes or goes in a directory moves sequences from one part into another. */
  @Override
  public String fingerprint() {
    return fingerprint;
  }

  /** Which stage is trained on, where there are several. */
  @Override
  public Optional<JsonNode> position() {
    return data.stages().size() == 1
        ? Optional.empty()
        : Optional.of(JsonNodeFactory.instance.objectNode().put(STAGE, stage));
  }

  @Override
  public void seek(JsonNode position) {
    JsonFields fields = new JsonFields("the checkpoint's position", position);
    stage = fields.integer(STAGE);
    Checks.that(
        stage >= 0 && stage < data.stages().size(),
        STAGE,
        stage,
        "below " + data.stages().size() + ", as many as curriculum has");
  }

  /**
   * The share of right answers: of sequences whose greatest logit is their class's, or of hidden
   * places. The ranks share the work.
   *
   * @param most of how many sequences, the first ones
   */
  double accuracy(LabelledSequences sequences, int most) {
    ClassifierBatches batches =
        batches(sequences, isMasked() ? ClassifierObjective.MASKED : ClassifierObjective.LABEL);
    int count = Math.min(most, sequences.size());
    long right = 0;
    long asked = 0;
    int all = config.batch() * group.worldSize();
    for (int from = config.batch() * group.rank(); from < count; from += all) {
      try (PointerScope scope = new PointerScope()) {
        LabelledBatches.Batch batch =
            batches.batch(batches.inOrder(from, Math.min(count, from + config.batch())));
        long[] guesses =
            Tensors.toLongs(
                Scopes.withoutGradient(() -> logits(batch))
                    .argmax(new LongOptional(-1), false)
                    .flatten());
        long[] classes = answers(batch);
        for (int i = 0; i < classes.length; i++) {
          right += guesses[i] == classes[i] ? 1 : 0;
          asked += classes[i] >= 0 ? 1 : 0;
        }
      }
    }
    double[] sums = group.sum((double) right, (double) asked);
    return sums[0] / sums[1];
  }

  private Tensor logits(LabelledBatches.Batch batch) {
    if (isMasked()) {
      return model.placeLogits(batch.input(), batch.lengths());
    }
    return batch.isFull()
        ? model.logits(batch.input())
        : model.logits(batch.input(), batch.lengths());
  }

  /** What is asked for, in the order of the logits; below 0 what is not. */
  private long[] answers(LabelledBatches.Batch batch) {
    return Tensors.toLongs(isMasked() ? batch.places().orElseThrow().flatten() : batch.labels());
  }

  private boolean isMasked() {
    return config.objective() == ClassifierObjective.MASKED;
  }

  /** The share of the test part's most frequent answer: the accuracy of always giving it. */
  double majority() {
    return isMasked() ? data.test().mostFrequentToken() : data.test().majority();
  }

  @Override
  public void close() {
    ahead.close();
    trainer.close();
    model.close();
  }
}
