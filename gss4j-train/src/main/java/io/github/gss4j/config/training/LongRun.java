package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;

/**
 * Settings that keep a long unattended run safe.
 *
 * @param keep {@code keep}, how many of the newest checkpoints are kept; the best is kept too
 * @param maxBadSteps {@code max_bad_steps}: a step whose loss or gradient is not finite is skipped;
 *     this many in a row stop the run
 * @param ema {@code ema}, the decay of an exponential moving average of the weights, such as 0.999;
 *     0 is off
 * @param watchEvery {@code watch_every}, steps between measures each layer's gradient and update; 0
 *     is off
 */
public record LongRun(int keep, int maxBadSteps, double ema, long watchEvery) {
  /**
   * The newest checkpoint and one before it, should a disk lose the newest; ten bad steps in a row
   * are no accident; no average, which short runs gain nothing by; looks that cost a hundredth.
   */
  public static final LongRun DEFAULT = new LongRun(2, 10, 0, 50);

  /** Checks the ranges. */
  public LongRun {
    Checks.that(keep >= 1, "keep", keep, "at least 1");
    Checks.that(maxBadSteps >= 1, "max_bad_steps", maxBadSteps, "at least 1");
    Checks.that(ema >= 0 && ema < 1, "ema", ema, "0 (off) to below 1, such as 0.999");
    Checks.that(watchEvery >= 0, "watch_every", watchEvery, "0 (off) or more");
  }

  /** A copy with another number of steps in a row that stop a run. */
  public LongRun withMaxBadSteps(int steps) {
    return new LongRun(keep, steps, ema, watchEvery);
  }

  /** A copy with weights averaged. */
  public LongRun withEma(double decay) {
    return new LongRun(keep, maxBadSteps, decay, watchEvery);
  }

  /** A copy that measures layers more or less often. */
  public LongRun withWatchEvery(long steps) {
    return new LongRun(keep, maxBadSteps, ema, steps);
  }

  static LongRun from(JsonFields f, LongRun byDefault) {
    return new LongRun(
        f.integer("keep", byDefault.keep),
        f.integer("max_bad_steps", byDefault.maxBadSteps),
        f.number("ema", byDefault.ema),
        f.integer64("watch_every", byDefault.watchEvery));
  }

  void putInto(ObjectNode json) {
    json.put("keep", keep).put("max_bad_steps", maxBadSteps);
    json.put("ema", ema).put("watch_every", watchEvery);
  }
}
