package io.github.gss4j.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How a teacher's knowledge reaches a student: whole, or its likeliest tokens kept on disk. */
public sealed interface TeacherTargets permits FullTargets, TopKTargets {
  /** What both models' logits are divided by: above 0, and 1 for their own distributions. */
  double temperature();

  /** How many tokens it is about: the first of the student's. */
  int vocabulary();

  /**
   * The teacher's word on a micro-batch; what it holds is in the caller's scope.
   *
   * @param ids (B, L)
   */
  BatchTargets targets(Tensor ids);

  /** log softmax(z/T) of logits (T, V). */
  static Tensor logProbabilities(Tensor logits, double temperature) {
    Tensor tempered = temperature == 1 ? logits : logits.div(new Scalar(temperature));
    return torch.log_softmax(tempered, -1);
  }
}
