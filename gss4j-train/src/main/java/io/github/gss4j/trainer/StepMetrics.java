package io.github.gss4j.trainer;

import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.Distillation;
import io.github.gss4j.tracking.MetricLine;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One step's figures, over all ranks.
 *
 * @param microBatches the loss of each, the mean over ranks
 * @param learningRate as it was in this step
 * @param gradNorm the global norm of the gradient before clipping
 */
public record StepMetrics(List<MicroLoss> microBatches, double learningRate, double gradNorm) {
  /** The objective's value on each micro-batch. */
  List<Double> losses() {
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
  String objective() {
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

  /** The losses by objective, as a run with a teacher logs them. */
  public MetricLine.Taught taught() {
    return new MetricLine.Taught(objective(), crossEntropy(), lossOf(Distillation.NAME));
  }

  private double mean(ToDoubleFunction<MicroLoss> value) {
    return microBatches.stream().mapToDouble(value).average().orElseThrow();
  }

  /** Whether loss or gradient was not finite, so that the weights stayed as they were. */
  public boolean skipped() {
    return !Double.isFinite(loss()) || !Double.isFinite(gradNorm);
  }
}
