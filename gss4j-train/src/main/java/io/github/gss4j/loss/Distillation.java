package io.github.gss4j.loss;

import io.github.gss4j.ops.Scopes;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Distillation: the student is to hold likely what its teacher does.
 *
 * <pre>
 * loss = w T² KL(p ‖ q) + (1 − w) (−log softmax(z)[target])
 * p = softmax(teacher's z/T),  q = softmax(z/T)
 * </pre>
 *
 * <p>T² keeps the gradient's size as T changes. Hinton, Vinyals, Dean 2015 (arXiv 1503.02531),
 * section 2.1.
 *
 * <p>p and q are over the teacher's tokens: a student that has more ids learns nothing about them.
 *
 * @param teacher the teacher and its temperature T
 * @param weight w, above 0 and at most 1: the share of the divergence; the rest is cross entropy
 */
public record Distillation(TeacherTargets teacher, double weight) implements TokenLoss {
  /** Its name in configurations and metrics. */
  public static final String NAME = "distillation";

  /** Checks the ranges. */
  public Distillation {
    if (!(weight > 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "distill_weight is " + weight + ", expected above 0 and at most 1");
    }
    double temperature = teacher.temperature();
    if (!(temperature > 0 && temperature < 1e3)) {
      throw new IllegalArgumentException(
          "temperature is " + temperature + ", expected above 0 and below 1000");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Batch begin(Tensor inputs) {
    BatchTargets soft = teacher.targets(inputs);
    double temperature = teacher.temperature();
    int taught = teacher.vocabulary();
    return (logits, targets, from) -> {
      Tensor shared = logits.size(1) == taught ? logits : logits.narrow(1, 0, taught);
      Tensor student = TeacherTargets.logProbabilities(shared, temperature);
      Tensor divergence = soft.divergence(student, from);
      Tensor weighted = divergence.mul(new Scalar(weight * temperature * temperature));
      if (weight == 1) {
        return new Sums(
            weighted, Scopes.withoutGradient(() -> CrossEntropy.sum(logits.detach(), targets)));
      }
      Tensor crossEntropy = CrossEntropy.sum(logits, targets);
      return new Sums(weighted.add(crossEntropy.mul(new Scalar(1 - weight))), crossEntropy);
    };
  }
}
