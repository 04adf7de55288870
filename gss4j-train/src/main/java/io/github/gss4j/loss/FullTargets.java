package io.github.gss4j.loss;

import io.github.gss4j.ops.Scopes;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A teacher's whole distribution, Σ_v p_v (log p_v − log q_v): its logits are taken for the tokens
 * that are asked for and are gone after.
 *
 * @param teacher who teaches
 * @param temperature divides the logits
 */
public record FullTargets(Teacher teacher, double temperature) implements TeacherTargets {
  @Override
  public int vocabulary() {
    return teacher.vocabulary();
  }

  @Override
  public BatchTargets targets(Tensor ids) {
    Tensor hidden = teacher.hidden(ids).flatten(0, 1); // (B·L, D)
    return (student, from) ->
        torch.kl_div(
            student, wanted(hidden, from, student), torch.Reduction.Sum.value, true); // log p given
  }

  /** log p of as many tokens as the student has, in its dtype. */
  private Tensor wanted(Tensor hidden, long from, Tensor student) {
    return Scopes.withoutGradient(
        () -> {
          Tensor logits = teacher.head(hidden.narrow(0, from, student.size(0)));
          return TeacherTargets.logProbabilities(logits.to(student.scalar_type()), temperature);
        });
  }
}
