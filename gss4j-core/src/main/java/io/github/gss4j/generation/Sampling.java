package io.github.gss4j.generation;

/**
 * How the next token is chosen from the logits. The steps apply in this order; each is off at the
 * value given.
 *
 * @param repetitionPenalty logits of tokens that stand in the text are divided by it where positive
 *     and multiplied where negative (CTRL, arXiv 1909.05858); off at 1
 * @param temperature logits are divided by it; 0 takes the likeliest token (greedy)
 * @param topK only the k likeliest tokens; off at 0
 * @param topP only the likeliest tokens that together reach this probability; off at 1
 * @param minP only tokens with at least this share of the likeliest one's probability; off at 0
 * @param seed where chance starts: the same seed gives the same tokens
 */
public record Sampling(
    double repetitionPenalty, double temperature, int topK, double topP, double minP, long seed) {
  /** Checks the ranges. */
  public Sampling {
    check(repetitionPenalty > 0, "repetition-penalty", repetitionPenalty, "above 0");
    check(temperature >= 0 && temperature < 1e6, "temperature", temperature, "0 or more");
    check(topK >= 0, "top-k", topK, "0 (off) or more");
    check(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1");
    check(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
  }

  private static void check(boolean holds, String name, double value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /** Whether any step leaves tokens out, so that their order matters. */
  boolean filters() {
    return topK > 0 || topP < 1 || minP > 0;
  }

  /** The likeliest token, always. */
  public static Sampling greedy() {
    return new Sampling(1, 0, 0, 1, 0, 0);
  }

  /** Plain sampling from the model's own distribution. */
  public static Sampling from(long seed) {
    return new Sampling(1, 1, 0, 1, 0, seed);
  }

  /** The same at another temperature. */
  public Sampling withTemperature(double t) {
    return new Sampling(repetitionPenalty, t, topK, topP, minP, seed);
  }

  /** The same with a top-k. */
  public Sampling withTopK(int k) {
    return new Sampling(repetitionPenalty, temperature, k, topP, minP, seed);
  }

  /** The same with a top-p. */
  public Sampling withTopP(double p) {
    return new Sampling(repetitionPenalty, temperature, topK, p, minP, seed);
  }

  /** The same with a min-p. */
  public Sampling withMinP(double p) {
    return new Sampling(repetitionPenalty, temperature, topK, topP, p, seed);
  }

  /** The same with a repetition penalty. */
  public Sampling withRepetitionPenalty(double penalty) {
    return new Sampling(penalty, temperature, topK, topP, minP, seed);
  }

  /**
   * The top-k that the published package's {@code filter_thres} stands for: the fraction of the
   * vocabulary that is left out.
   *
   * @param filterThres 0 to 1; the package's default is 0.9
   */
  public static int topKOf(double filterThres, int numTokens) {
    check(filterThres >= 0 && filterThres <= 1, "filter-thres", filterThres, "0 to 1");
    return Math.max(1, (int) ((1 - filterThres) * numTokens));
  }
}
