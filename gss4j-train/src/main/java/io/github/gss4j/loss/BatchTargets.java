package io.github.gss4j.loss;

import org.bytedeco.pytorch.Tensor;

/** What a teacher has to say of one micro-batch. */
@FunctionalInterface
public interface BatchTargets {
  /**
   * Σ KL(teacher ‖ student) over some tokens in a row, both at the teacher's temperature.
   *
   * @param student log softmax of the student's logits at that temperature, (T, V)
   * @param from the first token's place among all B·L of the micro-batch, in row-major order
   * @return a scalar in the student's dtype
   */
  Tensor divergence(Tensor student, long from);
}
