package io.github.gss4j.trainer;

import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.distributed.Distribution;
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
  private final CarriedState carried;

  /**
   * A model with what it is trained on.
   *
   * @param config of which the text, the watch and the seed have no part in it
   */
  public TrainableLanguageModel(LanguageModel model, TrainConfig config, Objective objective) {
    this.model = model;
    this.config = config;
    this.objective = objective;
    this.trained = config.fineTuning().learned(model.parameters());
    this.carried = config.batch().carryState() ? new CarriedState(model) : null;
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
    return new Trainer<>(new TrainableLanguageModel(model, config, objective), distribution);
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
              model, sharding, ids.size(1) - 1, config.compute().checkpointLayers(), form())) {
        for (int micro = 0; micro < all; micro++) {
          ids = micro == 0 ? ids : onDevice(batches.ids(step, micro));
          begin(ids, batches.place(step, micro));
          losses.add(pass.add(ids, micro == all - 1, weight, loss(step, micro)));
        }
      }
    }
    return losses;
  }

  private SequenceForm<?> form() {
    return carried == null ? SequenceForm.WHOLE : carried;
  }

  private Tensor onDevice(Tensor ids) {
    return ids.to(model.device(), ScalarType.Long);
  }

  /** A micro-batch (B, L+1) begins, at a place of the text where it has one. */
  private void begin(Tensor ids, Optional<TextPosition> place) {
    if (carried != null) {
      carried.begin(ids.size(0), ids.size(1) - 1, place);
    }
  }

  private TokenLoss loss(long step, int micro) {
    return objective.at(
        new Alternating.Turn(step, (step - 1) * config.batch().accumulate() + micro));
  }

  @Override
  public Map<String, Tensor> state() {
    return carried == null ? Map.of() : carried.state();
  }

  @Override
  public void restore(Set<String> names, Function<String, Tensor> source) {
    if (carried != null) {
      carried.restore(names, source);
    }
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
    if (carried != null) {
      carried.close();
    }
  }
}
