package io.github.gss4j.generation;

import io.github.gss4j.config.Checks;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * How the next token is chosen from the logits. The steps apply in this order; each is off at the
 * value given.
 *
 * @param repetitionPenalty logits of tokens that stand in the text are divided by it where positive
 *     and multiplied where negative (CTRL, arXiv 1909.05858); off at 1
 * @param presencePenalty is taken from the logits of tokens that were written; off at 0
 * @param frequencyPenalty is taken from them as often as they were written; off at 0
 * @param logitBias is added to the logits of tokens
 * @param temperature logits are divided by it; 0 takes the likeliest token (greedy)
 * @param topK only the k likeliest tokens; off at 0
 * @param topP only the likeliest tokens that together reach this probability; off at 1
 * @param minP only tokens with at least this share of the likeliest one's probability; off at 0
 * @param seed the random seed: the same seed gives the same tokens
 */
public record Sampling(
    double repetitionPenalty,
    double presencePenalty,
    double frequencyPenalty,
    Map<Integer, Double> logitBias,
    double temperature,
    int topK,
    double topP,
    double minP,
    long seed) {
  /** What one sequence of a batch adds to the seed of the one before. */
  private static final long SEED_STEP = 0x9E3779B97F4A7C15L;

  /** Checks the ranges. */
  public Sampling {
    Checks.that(repetitionPenalty > 0, "repetition-penalty", repetitionPenalty, "above 0");
    Checks.that(Double.isFinite(presencePenalty), "presence-penalty", presencePenalty, "a number");
    Checks.that(
        Double.isFinite(frequencyPenalty), "frequency-penalty", frequencyPenalty, "a number");
    Checks.that(temperature >= 0 && temperature < 1e6, "temperature", temperature, "0 or more");
    Checks.that(topK >= 0, "top-k", topK, "0 (off) or more");
    Checks.that(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1");
    Checks.that(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
    logitBias = Map.copyOf(logitBias);
    new TreeMap<>(logitBias)
        .forEach(
            (id, bias) ->
                Checks.that(Double.isFinite(bias), "logit-bias of " + id, bias, "a number"));
  }

  /** Whether any step leaves tokens out, so that their order matters. */
  boolean filters() {
    return topK > 0 || topP < 1 || minP > 0;
  }

  /** The likeliest token, always. */
  public static Sampling greedy() {
    return seeded(0).withTemperature(0);
  }

  /** Plain sampling from the model's own distribution. */
  public static Sampling seeded(long seed) {
    return new Sampling(1, 0, 0, Map.of(), 1, 0, 1, 0, seed);
  }

  /** A copy with another temperature. */
  public Sampling withTemperature(double t) {
    return with(copy -> copy.temperature = t);
  }

  /** A copy with a top-k. */
  public Sampling withTopK(int k) {
    return with(copy -> copy.topK = k);
  }

  /** A copy with a top-p. */
  public Sampling withTopP(double p) {
    return with(copy -> copy.topP = p);
  }

  /** A copy with a min-p. */
  public Sampling withMinP(double p) {
    return with(copy -> copy.minP = p);
  }

  /** A copy with a repetition penalty. */
  public Sampling withRepetitionPenalty(double penalty) {
    return with(copy -> copy.repetitionPenalty = penalty);
  }

  /** A copy with OpenAI's penalties. */
  public Sampling withPenalties(double presence, double frequency) {
    return with(
        copy -> {
          copy.presencePenalty = presence;
          copy.frequencyPenalty = frequency;
        });
  }

  /** A copy with numbers to add to logits. */
  public Sampling withLogitBias(Map<Integer, Double> bias) {
    return with(copy -> copy.logitBias = bias);
  }

  /** A copy with another seed. */
  public Sampling withSeed(long newSeed) {
    return with(copy -> copy.seed = newSeed);
  }

  /** The same for one of several sequences that start from one seed and draw independently. */
  public Sampling forSequence(int number) {
    return withSeed(seed + SEED_STEP * number);
  }

  /**
   * The top-k that the published package's {@code filter_thres} stands for: the fraction of the
   * vocabulary that is left out.
   *
   * @param filterThres 0 to 1; the package's default is 0.9
   */
  public static int topKOf(double filterThres, int numTokens) {
    Checks.that(filterThres >= 0 && filterThres <= 1, "filter-thres", filterThres, "0 to 1");
    return Math.max(1, (int) ((1 - filterThres) * numTokens));
  }

  private Sampling with(Consumer<Copy> change) {
    Copy copy = new Copy();
    change.accept(copy);
    return new Sampling(
        copy.repetitionPenalty,
        copy.presencePenalty,
        copy.frequencyPenalty,
        copy.logitBias,
        copy.temperature,
        copy.topK,
        copy.topP,
        copy.minP,
        copy.seed);
  }

  /** The components, to change some of them. */
  private final class Copy {
    private double repetitionPenalty = Sampling.this.repetitionPenalty;
    private double presencePenalty = Sampling.this.presencePenalty;
    private double frequencyPenalty = Sampling.this.frequencyPenalty;
    private Map<Integer, Double> logitBias = Sampling.this.logitBias;
    private double temperature = Sampling.this.temperature;
    private int topK = Sampling.this.topK;
    private double topP = Sampling.this.topP;
    private double minP = Sampling.this.minP;
    private long seed = Sampling.this.seed;
  }
}
