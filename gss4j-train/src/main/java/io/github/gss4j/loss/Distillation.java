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
 * @param teaching the teacher and its temperature T
 * @param weight w, above 0 and at most 1: the share of the divergence; the rest is cross entropy
 */
public record Distillation(Teaching teaching, double weight) implements TokenLoss {
  /** Its name in configurations and metrics. */
  public static final String NAME = "distillation";

  /** Checks the ranges. */
  public Distillation {
    if (!(weight > 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "distill_weight is " + weight + ", expected above 0 and at most 1");
    }
    double temperature = teaching.temperature();
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
    Lesson lesson = teaching.lesson(inputs);
    double temperature = teaching.temperature();
    return (logits, targets, from) -> {
      Tensor student = Teaching.logProbabilities(logits, temperature);
      Tensor divergence = lesson.divergence(student, from);
      Tensor taught = divergence.mul(new Scalar(weight * temperature * temperature));
      if (weight == 1) {
        return new Sums(
            taught, Scopes.withoutGradient(() -> CrossEntropy.sum(logits.detach(), targets)));
      }
      Tensor crossEntropy = CrossEntropy.sum(logits, targets);
      return new Sums(taught.add(crossEntropy.mul(new Scalar(1 - weight))), crossEntropy);
    };
  }
}
