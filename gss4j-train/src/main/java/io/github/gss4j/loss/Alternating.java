package io.github.gss4j.loss;

import java.util.Locale;

/**
 * Two losses that take turns, the first at first: how the published pretrained model was made,
 * which alternated cross entropy with distillation from GPT-2 XL.
 *
 * @param first at the run's first turn, and every second one after it
 * @param second at the others
 * @param every what a turn is
 */
public record Alternating(TokenLoss first, TokenLoss second, Every every) implements Objective {
  /** Its name in configurations and metrics. */
  public static final String NAME = "alternating";

  /** What a turn is. */
  public enum Every {
    /** An optimizer step: all its micro-batches have one loss. */
    STEP,
    /** A micro-batch, counted over the whole run. */
    MICRO;

    /** Its name in configurations. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The place of a micro-batch in its run.
   *
   * @param step the optimizer step, from 1
   * @param microBatch counted from 0 over the whole run
   */
  public record Turn(long step, long microBatch) {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TokenLoss at(Turn turn) {
    long number = every == Every.STEP ? turn.step() - 1 : turn.microBatch();
    return number % 2 == 0 ? first : second;
  }
}
