package io.github.gss4j.trainer;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.batches.TextPosition;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.config.training.Recipe;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.loss.TokenLoss;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A language model to train on the next token of a text. */
public final class TrainableLanguageModel implements Trainable<BatchSource> {
  private final LanguageModel model;
  private final TrainConfig config;
  private final Objective objective;
  private final List<Parameter> trained;
  private final StartingStates states;

  /**
   * A model with what it is trained on.
   *
   * @param config its text, seed and monitoring play no part here
   * @param group the ranks that train, of which each keeps the states of its own sequences
   */
  public TrainableLanguageModel(
      LanguageModel model, TrainConfig config, Objective objective, ProcessGroup group) {
    this.model = model;
    this.config = config;
    this.objective = objective;
    this.trained = config.fineTuning().learned(model.parameters());
    this.states = new StartingStates(model, config, group);
  }

  /** A trainer at rest for a model, which it trains in place on cross entropy. */
  public static Trainer<BatchSource> trainer(LanguageModel model, TrainConfig config) {
    return trainer(model, config, Objective.crossEntropy());
  }

  /** The same on another objective. */
  public static Trainer<BatchSource> trainer(
      LanguageModel model, TrainConfig config, Objective objective) {
    return trainer(model, config, objective, Distribution.single());
  }

  /** The same on one of several ranks. */
  public static Trainer<BatchSource> trainer(
      LanguageModel model, TrainConfig config, Objective objective, Distribution distribution) {
    return new Trainer<>(
        new TrainableLanguageModel(model, config, objective, distribution.group()), distribution);
  }

  @Override
  public List<Parameter> parameters() {
    return model.parameters();
  }

  @Override
  public List<Parameter> trained() {
    return trained;
  }

  @Override
  public Recipe recipe() {
    return new Recipe(config.optimizer(), config.schedule(), config.longRun());
  }

  @Override
  public double peakLr(Parameter parameter) {
    return config.fineTuning().lr(parameter, config.optimizer().lr());
  }

  @Override
  public List<MicroLoss> addGradients(
      long step, BatchSource batches, ShardingStrategy sharding, int ranks) {
    int all = config.batch().accumulate();
    double weight = (config.batch().sumGradients() ? 1 : 1.0 / all) / ranks;
    List<MicroLoss> losses = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      Tensor ids = onDevice(batches.ids(step, 0));
      try (GradientPass<?> pass =
          new GradientPass<>(
              model,
              sharding,
              ids.size(1) - 1,
              config.compute().checkpointLayers(),
              states.form(step))) {
        for (int micro = 0; micro < all; micro++) {
          ids = micro == 0 ? ids : onDevice(batches.ids(step, micro));
          states.begin(step, micro, (int) ids.size(0), batches.place(step, micro));
          losses.add(pass.add(ids, micro == all - 1, weight, loss(step, micro)));
        }
      }
    }
    return losses;
  }

  private Tensor onDevice(Tensor ids) {
    return ids.to(model.device(), ScalarType.Long);
  }

  private TokenLoss loss(long step, int micro) {
    return objective.at(
        new Alternating.Turn(step, (step - 1) * config.batch().accumulate() + micro));
  }

  @Override
  public Map<String, Tensor> state() {
    return states.state();
  }

  @Override
  public void restore(Set<String> names, Function<String, Tensor> source) {
    states.restore(names, source);
  }

  /** Says where the states of a checkpoint of an earlier version go on. */
  public void resumeAt(Optional<TextPosition> place) {
    states.resumeAt(place);
  }

  @Override
  public void skipped() {
    states.skipped();
  }

  @Override
  public void save(Path directory) throws IOException {
    PretrainedModel.save(model, directory, Map.of());
  }

  @Override
  public void saveConfig(Path directory) throws IOException {
    ModelFiles.saveConfig(model.config(), directory);
  }

  @Override
  public void close() {
    states.close();
  }
}
