package io.github.gss4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How likely a model found tokens, one place after the other. */
public final class Scores {
  private final double[] logProbabilities;
  private final List<List<Likely>> top;

  /**
   * A token and how likely it was.
   *
   * @param logProbability natural logarithm
   */
  public record Likely(int id, double logProbability) {}

  /**
   * Scores of tokens in a row.
   *
   * @param logProbabilities of each target; NaN where there was none
   * @param top the likeliest tokens of each place, the likeliest first; empty where not asked for
   */
  public Scores(double[] logProbabilities, List<List<Likely>> top) {
    this.logProbabilities = logProbabilities.clone();
    this.top = List.copyOf(top);
  }

  /**
   * The score of one place by its logits.
   *
   * @param target −1 where there is none
   * @param most how many of the likeliest tokens to name
   */
  public static Scores of(float[] logits, int target, int most) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    double normaliser = largest + Math.log(sum);
    List<Likely> likely = new ArrayList<>();
    for (int id : largest(logits, Math.min(most, logits.length))) {
      likely.add(new Likely(id, logits[id] - normaliser));
    }
    double score = target < 0 ? Double.NaN : logits[target] - normaliser;
    return new Scores(new double[] {score}, List.of(likely));
  }

  /** The ids of the largest values, the largest first, ties by rising id. */
  private static int[] largest(float[] values, int count) {
    int[] ids = new int[count];
    int found = 0;
    for (int id = 0; id < values.length && count > 0; id++) {
      if (found == count && !(values[id] > values[ids[count - 1]])) {
        continue;
      }
      int at = found < count ? found++ : count - 1;
      while (at > 0 && values[id] > values[ids[at - 1]]) {
        ids[at] = ids[at - 1];
        at--;
      }
      ids[at] = id;
    }
    return ids;
  }

  /** Scores of places one after the other. */
  public static Scores join(List<Scores> parts) {
    double[] all =
        parts.stream().flatMapToDouble(part -> Arrays.stream(part.logProbabilities)).toArray();
    List<List<Likely>> likely = new ArrayList<>();
    parts.forEach(part -> likely.addAll(part.top));
    return new Scores(all, likely);
  }

  /** How many places there are. */
  public int size() {
    return logProbabilities.length;
  }

  /** The natural logarithm of the target's probability; NaN where there was no target. */
  public double logProbability(int place) {
    return logProbabilities[place];
  }

  /** The likeliest tokens of a place, the likeliest first; empty where not asked for. */
  public List<Likely> top(int place) {
    return top.isEmpty() ? List.of() : top.get(place);
  }
}
