package io.github.gss4j.run.listener;

import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.LayerMeasures;
import io.github.gss4j.trainer.StepMetrics;
import java.nio.file.Path;
import java.util.Optional;

/** Is told what a run does, to show it. All methods do nothing unless overridden. */
public interface RunListener {
  /**
   * The run is about to take its first step.
   *
   * @param run what is known of it
   * @param fromStep steps taken before, in a resumed run
   */
  default void started(RunView run, long fromStep) {}

  /** A step was taken. */
  default void stepped(long step, StepMetrics result, double tokensPerSecond) {}

  /**
   * The layers were measured in the step before.
   *
   * @param line as in {@code metrics.jsonl}
   */
  default void layersMeasured(MetricLine.LayerStats line, LayerMeasures measures) {}

  /** Whether {@link #layersMeasured} is to have histograms, which take some time. */
  default boolean wantsHistograms() {
    return false;
  }

  /** A line was added to {@code metrics.jsonl}: each step once, also where a run is resumed. */
  default void recorded(MetricLine line) {}

  /** The held-out text was evaluated. */
  default void evaluated(long step, Evaluator.Result result, boolean whole) {}

  /**
   * A classifier was evaluated.
   *
   * @param accuracy its share of right answers on the validation part
   * @param stage the same on the easier form of the task that is trained on, where it is one
   */
  default void validated(long step, double accuracy, Optional<MetricLine.StageAccuracy> stage) {}

  /** The whole held-out text is being evaluated. */
  default void evaluating(double share) {}

  /** The model wrote a sample. */
  default void sampled(long step, String prompt, String text) {}

  /** A checkpoint was written. */
  default void saved(long step, Path checkpoint) {}

  /** The run has ended or stopped; its report is in its directory. */
  default void ended(RunView run, RunOutcome outcome) {}
}
