package io.github.gss4j.generation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Chooses tokens for one sequence as a {@link Sampling} says.
 *
 * <p>Holds the sequence's source of chance and the tokens seen so far; not for several threads.
 */
public final class Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;
  private final IntPredicate isToken;
  private final BitSet seen = new BitSet();

  /**
   * A sampler for one sequence.
   *
   * @param sequence its number in the batch: sequences draw independently
   */
  public Sampler(Sampling sampling, int sequence) {
    this(sampling, sequence, id -> true);
  }

  /**
   * A sampler for one sequence.
   *
   * @param sequence its number in the batch: sequences draw independently
   * @param isToken which ids may be chosen: where a model has more ids than its tokenizer has
   *     tokens, the others mean nothing
   */
  public Sampler(Sampling sampling, int sequence, IntPredicate isToken) {
    this.sampling = sampling;
    this.isToken = isToken;
    this.random = new SplittableRandom(sampling.seed() + 0x9E3779B97F4A7C15L * sequence);
  }

  /** Notes a token of the prompt, for the repetition penalty. */
  public void note(int token) {
    seen.set(token);
  }

  /**
   * Chooses the next token and notes it.
   *
   * @param logits one a token of the vocabulary; left as they are
   * @throws ArithmeticException if a logit is no number or +Infinity, or all are −Infinity
   */
  public int next(float[] logits) {
    double[] scores = penalised(logits);
    int token = sampling.temperature() == 0 ? largest(scores) : draw(scores);
    seen.set(token);
    return token;
  }

  private double[] penalised(float[] logits) {
    double[] scores = new double[logits.length];
    boolean any = false;
    for (int i = 0; i < logits.length; i++) {
      double score = isToken.test(i) ? logits[i] : Double.NEGATIVE_INFINITY;
      if (Double.isNaN(score) || score == Double.POSITIVE_INFINITY) {
        throw unsound(score + " at token " + i);
      }
      any |= score > Double.NEGATIVE_INFINITY;
      if (sampling.repetitionPenalty() != 1 && seen.get(i)) {
        score =
            score > 0 ? score / sampling.repetitionPenalty() : score * sampling.repetitionPenalty();
      }
      scores[i] = score;
    }
    if (!any) {
      throw unsound("all -Infinity");
    }
    return scores;
  }

  private static ArithmeticException unsound(String found) {
    return new ArithmeticException(
        "the model's logits are not numbers (" + found + "): are its weights sound?");
  }

  private static int largest(double[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  private int draw(double[] scores) {
    double top = scores[largest(scores)];
    double[] weight = new double[scores.length]; // e^(score - top): the likeliest token has 1
    for (int i = 0; i < scores.length; i++) {
      weight[i] = Math.exp((scores[i] - top) / sampling.temperature());
    }
    int[] candidates = sampling.filters() ? likeliestFirst(weight) : all(weight.length);
    int kept =
        sampling.topK() > 0 ? Math.min(sampling.topK(), candidates.length) : candidates.length;
    kept = keptByTopP(weight, candidates, kept);
    double total = 0;
    int last = 0;
    for (int i = 0; i < kept && weight[candidates[i]] >= sampling.minP(); i++) {
      total += weight[candidates[i]];
      last = weight[candidates[i]] > 0 ? i : last;
    }
    double at = random.nextDouble() * total;
    for (int i = 0; i < last; i++) {
      at -= weight[candidates[i]];
      if (at < 0) {
        return candidates[i];
      }
    }
    return candidates[last];
  }

  private int keptByTopP(double[] weight, int[] candidates, int kept) {
    if (sampling.topP() == 1) {
      return kept;
    }
    double total = 0;
    for (int i = 0; i < kept; i++) {
      total += weight[candidates[i]];
    }
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += weight[candidates[i]];
      if (sum >= sampling.topP() * total) {
        return i + 1;
      }
    }
    return kept;
  }

  private static int[] all(int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> i);
    return ids;
  }

  /** Token ids by falling weight, ties by rising id. */
  private static int[] likeliestFirst(double[] weight) {
    long[] keys = new long[weight.length]; // non-negative floats sort as their bits do
    Arrays.setAll(
        keys,
        i -> ((long) (Integer.MAX_VALUE - Float.floatToIntBits((float) weight[i])) << 32) | i);
    Arrays.sort(keys);
    int[] ids = new int[keys.length];
    Arrays.setAll(ids, i -> (int) keys[i]);
    return ids;
  }
}
