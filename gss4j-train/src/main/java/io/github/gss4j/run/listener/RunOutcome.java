package io.github.gss4j.run.listener;

import io.github.gss4j.evaluation.Evaluator;

/**
 * The outcome of a run.
 *
 * @param steps taken in all
 * @param heldOut the whole held-out text evaluated at the end; null where the run was stopped early
 * @param sample written at the end; empty where the run was stopped early
 * @param tokensPerSecond over the whole run
 * @param skipped steps whose loss or gradient was not finite
 */
public record RunOutcome(
    long steps, Evaluator.Result heldOut, String sample, double tokensPerSecond, long skipped) {
  /** Whether the run came to its end. */
  public boolean finished() {
    return heldOut != null;
  }
}
