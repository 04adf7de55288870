package io.github.gss4j.loss;

import io.github.gss4j.model.Fingerprint;
import io.github.gss4j.model.Gpt2;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import org.bytedeco.pytorch.Tensor;

/**
 * A language model that another one learns from; nothing is recorded for a backward pass.
 *
 * <p>It works in two steps, hidden vectors of all tokens and then logits of a few, so that the
 * logits of a whole batch never exist at once.
 */
public interface Teacher {
  /** How many tokens it knows: V. */
  int vocabulary();

  /** Tells teachers apart, see {@link Fingerprint}. */
  String fingerprint();

  /**
   * Its last hidden vectors.
   *
   * @param ids (B, L)
   * @return (B, L, D) with a D of its own
   */
  Tensor hidden(Tensor ids);

  /**
   * Its logits.
   *
   * @param hidden (T, D)
   * @return (T, V)
   */
  Tensor head(Tensor hidden);

  /**
   * The same teacher for its first tokens alone: models often have more ids than their tokenizer
   * has tokens, and the others mean nothing.
   *
   * @param count how many, at most its vocabulary
   */
  default Teacher ofFirst(int count) {
    return count == vocabulary()
        ? this
        : new ModelTeacher(
            count,
            () -> fingerprint() + "-" + count,
            this::hidden,
            hidden -> head(hidden).narrow(1, 0, count));
  }

  /** One of our models as a teacher. The caller closes the model afterwards. */
  static Teacher of(LanguageModel model) {
    return new ModelTeacher(
        model.config().numTokens(),
        () -> Fingerprint.of(model),
        ids -> Scopes.withoutGradient(() -> model.hidden(ids)),
        hidden -> Scopes.withoutGradient(() -> model.head(hidden)));
  }

  /** A GPT-2 as a teacher. The caller closes the model afterwards. */
  static Teacher of(Gpt2 model) {
    return new ModelTeacher(
        model.config().numTokens(), () -> Fingerprint.of(model), model::hidden, model::head);
  }
}
