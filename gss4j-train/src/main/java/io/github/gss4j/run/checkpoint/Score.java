package io.github.gss4j.run.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;

/**
 * What tells which of a run's checkpoints is the best: less is better, so that of what should be
 * high the negative is taken. Infinite before the first evaluation.
 */
public enum Score {
  /** Held-out loss. */
  LOSS("best_loss", 1),
  /** The share of right answers. */
  ACCURACY("validation_accuracy", -1);

  private final String key;
  private final int sign;

  Score(String key, int sign) {
    this.key = key;
    this.sign = sign;
  }

  double from(JsonFields fields) {
    return fields.has(key) ? sign * fields.number(key, 0) : Double.POSITIVE_INFINITY;
  }

  void put(double best, ObjectNode json) {
    if (Double.isFinite(best)) {
      json.put(key, sign * best);
    }
  }
}
