package io.github.gss4j.loss;

import io.github.gss4j.loss.Alternating.Turn;

/**
 * What a run is trained on: one loss throughout, or two that take turns.
 *
 * <table>
 * <caption>Objectives</caption>
 * <tr><td>{@link CrossEntropy}</td><td>what the text says next</td></tr>
 * <tr><td>{@link Distillation}</td><td>what a teacher holds likely next</td></tr>
 * <tr><td>{@link Alternating}</td><td>the one, then the other</td></tr>
 * </table>
 */
public sealed interface Objective permits TokenLoss, Alternating {
  /** What is asked of every run without a teacher. */
  static Objective crossEntropy() {
    return new CrossEntropy();
  }

  /** Its name in configurations and metrics. */
  String name();

  /** The loss of one micro-batch. */
  TokenLoss at(Turn turn);
}
