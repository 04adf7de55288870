package io.github.gss4j.trainer;

import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.loss.TokenLoss;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.GraphCut;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Takes optimizer steps: gradients of some micro-batches, clipping, Adam.
 *
 * <p>The only thing that changes a model's weights. Not for several threads.
 */
public final class Trainer implements AutoCloseable {
  private final LanguageModel model;
  private final TrainConfig config;
  private final Objective objective;
  private final Adam optimizer;

  /**
   * What one step came to.
   *
   * @param microBatches the loss of each
   * @param learningRate as it was in this step
   * @param gradNorm the global norm of the gradient before clipping
   */
  public record StepResult(List<MicroLoss> microBatches, double learningRate, double gradNorm) {
    /** The objective's value on each micro-batch. */
    public List<Double> losses() {
      return microBatches.stream().map(MicroLoss::value).toList();
    }

    /** The objective's mean over the micro-batches. */
    public double loss() {
      return mean(MicroLoss::value);
    }

    /** The cross entropy's mean over the micro-batches, whatever was trained on. */
    public double crossEntropy() {
      return mean(MicroLoss::crossEntropy);
    }

    /** What was trained on: the objective of all micro-batches, or {@code alternating}. */
    public String objective() {
      List<String> names = microBatches.stream().map(MicroLoss::objective).distinct().toList();
      return names.size() == 1 ? names.get(0) : Alternating.NAME;
    }

    /**
     * The mean over the micro-batches of one objective.
     *
     * @return NaN where there were none
     */
    public double lossOf(String name) {
      return microBatches.stream()
          .filter(micro -> micro.objective().equals(name))
          .mapToDouble(MicroLoss::value)
          .average()
          .orElse(Double.NaN);
    }

    private double mean(ToDoubleFunction<MicroLoss> value) {
      return microBatches.stream().mapToDouble(value).average().orElseThrow();
    }
  }

  /** A trainer at rest for a model, which it trains in place on cross entropy. */
  public Trainer(LanguageModel model, TrainConfig config) {
    this(model, config, Objective.crossEntropy());
  }

  /**
   * A trainer at rest for a model, which it trains in place.
   *
   * @param objective what it is trained on
   */
  public Trainer(LanguageModel model, TrainConfig config, Objective objective) {
    this.model = model;
    this.config = config;
    this.objective = objective;
    this.optimizer = new Adam(model.parameters(), config.optimizer());
    model.parameters().forEach(p -> GraphCut.require(p.value()));
  }

  /** How many optimizer steps were taken. */
  public long steps() {
    return optimizer.steps();
  }

  /**
   * Takes the next optimizer step.
   *
   * @throws NonFiniteLossException if the loss or the gradient is not finite; the weights are then
   *     as they were before
   */
  public StepResult step(BatchSource batches) {
    long step = optimizer.steps() + 1;
    double lr = config.schedule().at(step);
    double weight = config.sumGradients() ? 1 : 1.0 / config.accumulate();
    List<MicroLoss> losses = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      Tensor first = onDevice(batches.ids(step, 0));
      try (GradientPass pass =
          new GradientPass(model, first.size(1) - 1, config.checkpointLayers())) {
        losses.add(pass.add(first, weight, loss(step, 0)));
        for (int micro = 1; micro < config.accumulate(); micro++) {
          Tensor ids = onDevice(batches.ids(step, micro));
          losses.add(pass.add(ids, weight, loss(step, micro)));
        }
        pass.finish();
      }
    }
    double norm = optimizer.clip();
    StepResult result = new StepResult(List.copyOf(losses), lr, norm);
    if (!Double.isFinite(result.loss()) || !Double.isFinite(norm)) {
      optimizer.forgetGradients();
      throw new NonFiniteLossException(step, result.loss(), norm, lr);
    }
    optimizer.step(lr);
    return result;
  }

  private TokenLoss loss(long step, int micro) {
    return objective.at(new Alternating.Turn(step, (step - 1) * config.accumulate() + micro));
  }

  private Tensor onDevice(Tensor ids) {
    return ids.to(model.device(), ScalarType.Long);
  }

  /** The optimizer's memory by name, for a checkpoint. */
  Map<String, Tensor> optimizerState() {
    return optimizer.state();
  }

  /** Goes on from a checkpoint of the optimizer. */
  void restore(long steps, Function<String, Tensor> source) {
    optimizer.restore(steps, source);
  }

  /** The model, which is trained in place. */
  public LanguageModel model() {
    return model;
  }

  /** Frees the optimizer; the model stays. */
  @Override
  public void close() {
    optimizer.close();
    try (PointerScope scope = new PointerScope()) {
      model.parameters().forEach(p -> p.value().set_requires_grad(false));
    }
  }

  /** Only for tests: a parameter's value by name. */
  double[] parameter(String name) {
    return model.parameters().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .map(p -> Tensors.toDoubles(p.value()))
        .orElseThrow();
  }
}
