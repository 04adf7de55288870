package io.github.gss4j.optim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;

/**
 * How long a run is, and the learning rate over it: linear warm-up to the peak, then a decay.
 *
 * @param steps {@code steps}, optimizer steps of the whole run
 * @param warmup {@code warmup}, steps of warm-up; the first has peak/warmup
 * @param decay {@code schedule, final_lr, …}: how it comes down
 */
public record Schedule(long steps, long warmup, Decay decay) {
  /**
   * Warm-up lets the optimizer's second moments settle first; a cosine down to a fiftieth takes the
   * last noise out of the weights.
   */
  public static final Schedule DEFAULT = new Schedule(800, 50, new Decay.Cosine(0.02));

  /** Checks the ranges. */
  public Schedule {
    Checks.that(steps >= 1, "steps", steps, "at least 1");
    Checks.that(warmup >= 0, "warmup", warmup, "0 or more");
  }

  /** This, of another length. */
  public Schedule withSteps(long newSteps) {
    return new Schedule(newSteps, warmup, decay);
  }

  /** A copy with another warm-up. */
  public Schedule withWarmup(long newWarmup) {
    return new Schedule(steps, newWarmup, decay);
  }

  /** This, coming down in another way. */
  public Schedule withDecay(Decay newDecay) {
    return new Schedule(steps, warmup, newDecay);
  }

  /**
   * The rate of one step.
   *
   * @param step from 1
   * @param peak the highest rate
   */
  public double at(long step, double peak) {
    if (step <= warmup) {
      return peak * step / warmup;
    }
    long total = Math.max(1, steps - warmup);
    long done = Math.min(total, step - warmup);
    double share = decay.finalLr();
    return peak * (share + (1 - share) * decay.left(done, total));
  }

  /** Reads {@code steps, warmup, schedule, …}; a missing field is as by default. */
  public static Schedule from(JsonFields f, Schedule byDefault) {
    return new Schedule(
        f.integer64("steps", byDefault.steps),
        f.integer64("warmup", byDefault.warmup),
        Decay.from(f, byDefault.decay));
  }

  /** Writes the fields as {@link #from} reads them. */
  public void putInto(ObjectNode json) {
    json.put("steps", steps).put("warmup", warmup);
    decay.putInto(json);
  }
}
