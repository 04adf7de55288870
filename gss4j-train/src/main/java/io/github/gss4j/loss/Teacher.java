package io.github.gss4j.loss;

import io.github.gss4j.model.Fingerprint;
import io.github.gss4j.model.Gpt2;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import org.bytedeco.pytorch.Tensor;

/**
 * A language model that another one learns from. It learns nothing itself: nothing is recorded for
 * a backward pass.
 *
 * <p>Asked in two steps, so that its logits are never there for a whole batch: hidden vectors of
 * all tokens, then logits of a few.
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
   * Its word on the first tokens alone: models often have more ids than their tokenizer has tokens,
   * and the others mean nothing.
   *
   * @param count how many, at most its vocabulary
   */
  default Teacher ofFirst(int count) {
    Teacher whole = this;
    if (count == vocabulary()) {
      return whole;
    }
    return new Teacher() {
      @Override
      public int vocabulary() {
        return count;
      }

      @Override
      public String fingerprint() {
        return whole.fingerprint() + "-" + count;
      }

      @Override
      public Tensor hidden(Tensor ids) {
        return whole.hidden(ids);
      }

      @Override
      public Tensor head(Tensor hidden) {
        return whole.head(hidden).narrow(1, 0, count);
      }
    };
  }

  /** A model of ours as a teacher. The model stays the caller's, who frees it after. */
  static Teacher of(LanguageModel model) {
    return new Teacher() {
      @Override
      public int vocabulary() {
        return model.config().numTokens();
      }

      @Override
      public String fingerprint() {
        return Fingerprint.of(model);
      }

      @Override
      public Tensor hidden(Tensor ids) {
        return Scopes.withoutGradient(() -> model.hidden(ids));
      }

      @Override
      public Tensor head(Tensor hidden) {
        return Scopes.withoutGradient(() -> model.head(hidden));
      }
    };
  }

  /** A GPT-2 as a teacher. The model stays the caller's, who frees it after. */
  static Teacher of(Gpt2 model) {
    return new Teacher() {
      @Override
      public int vocabulary() {
        return model.config().numTokens();
      }

      @Override
      public String fingerprint() {
        return Fingerprint.of(model);
      }

      @Override
      public Tensor hidden(Tensor ids) {
        return model.hidden(ids);
      }

      @Override
      public Tensor head(Tensor hidden) {
        return model.head(hidden);
      }
    };
  }
}
