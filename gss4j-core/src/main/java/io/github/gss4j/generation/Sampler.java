package io.github.gss4j.generation;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Chooses tokens for one sequence as a {@link Sampling} says.
 *
 * <p>Holds the sequence's random numbers and the tokens seen so far; not thread-safe.
 */
final class Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;
  private final IntPredicate isToken;
  private final BitSet seen = new BitSet();
  private final Map<Integer, Integer> written = new HashMap<>();
  private double[] scores = new double[0];

  /** A sampler for one sequence. */
  Sampler(Sampling sampling) {
    this(sampling, id -> true);
  }

  /**
   * A sampler for one sequence.
   *
   * @param isToken which ids may be chosen: where a model has more ids than its tokenizer has
   *     tokens, the others mean nothing
   */
  Sampler(Sampling sampling, IntPredicate isToken) {
    this.sampling = sampling;
    this.isToken = isToken;
    this.random = new SplittableRandom(sampling.seed());
  }

  /** Notes a token of the prompt, for the repetition penalty. */
  void note(int token) {
    seen.set(token);
  }

  /**
   * Chooses the next token and notes it.
   *
   * @param logits one per token of the vocabulary; left as they are
   * @throws ArithmeticException if a logit is not a number or +Infinity, or all are −Infinity
   */
  int next(float[] logits) {
    score(logits);
    int likeliest = largest();
    if (scores[likeliest] == Double.NEGATIVE_INFINITY) {
      throw unsound("all -Infinity");
    }
    int token = sampling.temperature() == 0 ? likeliest : draw(scores[likeliest]);
    seen.set(token);
    written.merge(token, 1, Integer::sum);
    return token;
  }

  /** Logits with penalties and biases, in {@link #scores}. */
  private void score(float[] logits) {
    if (scores.length != logits.length) {
      scores = new double[logits.length];
    }
    for (int i = 0; i < logits.length; i++) {
      float logit = logits[i];
      if (!(logit < Float.POSITIVE_INFINITY) && isToken.test(i)) {
        throw unsound(logit + " at token " + i);
      }
      scores[i] = isToken.test(i) ? logit : Double.NEGATIVE_INFINITY;
    }
    double penalty = sampling.repetitionPenalty();
    if (penalty != 1) {
      for (int i = seen.nextSetBit(0); i >= 0 && i < scores.length; i = seen.nextSetBit(i + 1)) {
        scores[i] = scores[i] > 0 ? scores[i] / penalty : scores[i] * penalty;
      }
    }
    if (sampling.presencePenalty() != 0 || sampling.frequencyPenalty() != 0) {
      written.forEach(
          (id, times) ->
              scores[id] -= sampling.presencePenalty() + sampling.frequencyPenalty() * times);
    }
    sampling
        .logitBias()
        .forEach(
            (id, bias) -> {
              if (id >= 0 && id < scores.length) {
                scores[id] += bias;
              }
            });
  }

  private static ArithmeticException unsound(String found) {
    return new ArithmeticException(
        "the model's logits are not numbers (" + found + "): are its weights valid?");
  }

  private int largest() {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Draws a token by its weight, e^((score − top)/temperature): the likeliest token has 1. */
  private int draw(double top) {
    double all = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp((scores[i] - top) / sampling.temperature());
      all += scores[i];
    }
    return sampling.filters() ? drawLikely(all) : drawAny(all);
  }

  private int drawAny(double total) {
    double at = random.nextDouble() * total;
    int last = 0;
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > 0) {
        last = i;
        at -= scores[i];
        if (at < 0) {
          break;
        }
      }
    }
    return last;
  }

  /** Draws among those of enough weight that the filters leave. */
  private int drawLikely(double all) {
    TopK ordered = new TopK(scores, Math.max(sampling.minP(), Double.MIN_VALUE));
    int most = sampling.topK() > 0 ? Math.min(sampling.topK(), ordered.left()) : ordered.left();
    int[] ids = new int[most];
    boolean byShare = sampling.topK() == 0 && sampling.topP() < 1;
    double enough = byShare ? sampling.topP() * all : Double.POSITIVE_INFINITY;
    double weight = 0;
    int count = 0;
    while (count < most && weight < enough) {
      ids[count] = ordered.next();
      weight += scores[ids[count++]];
    }
    if (sampling.topK() > 0 && sampling.topP() < 1) { // top-p of the k
      double share = sampling.topP() * weight;
      weight = 0;
      for (count = 0; count < most && weight < share; count++) {
        weight += scores[ids[count]];
      }
    }
    double at = random.nextDouble() * weight;
    for (int i = 0; i < count - 1; i++) {
      at -= scores[ids[i]];
      if (at < 0) {
        return ids[i];
      }
    }
    return ids[count - 1];
  }
}
