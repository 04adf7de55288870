package io.github.gss4j.run.listener;

import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.LayerMeasures;
import io.github.gss4j.trainer.StepMetrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Several listeners as one; each is told everything, in their order.
 *
 * @param all of them
 */
public record RunListeners(List<RunListener> all) implements RunListener {
  /** Copies the list. */
  public RunListeners {
    all = List.copyOf(all);
  }

  @Override
  public void started(RunView run, long fromStep) {
    all.forEach(l -> l.started(run, fromStep));
  }

  @Override
  public void stepped(long step, StepMetrics result, double tokensPerSecond) {
    all.forEach(l -> l.stepped(step, result, tokensPerSecond));
  }

  @Override
  public void layersMeasured(MetricLine.LayerStats line, LayerMeasures measures) {
    all.forEach(l -> l.layersMeasured(line, measures));
  }

  @Override
  public void recorded(MetricLine line) {
    all.forEach(l -> l.recorded(line));
  }

  @Override
  public boolean wantsHistograms() {
    return all.stream().anyMatch(RunListener::wantsHistograms);
  }

  @Override
  public void evaluated(long step, Evaluator.Result result, boolean whole) {
    all.forEach(l -> l.evaluated(step, result, whole));
  }

  @Override
  public void validated(long step, double accuracy, Optional<MetricLine.StageAccuracy> stage) {
    all.forEach(l -> l.validated(step, accuracy, stage));
  }

  @Override
  public void evaluating(double share) {
    all.forEach(l -> l.evaluating(share));
  }

  @Override
  public void sampled(long step, String prompt, String text) {
    all.forEach(l -> l.sampled(step, prompt, text));
  }

  @Override
  public void saved(long step, Path checkpoint) {
    all.forEach(l -> l.saved(step, checkpoint));
  }

  @Override
  public void ended(RunView run, RunOutcome outcome) {
    all.forEach(l -> l.ended(run, outcome));
  }
}
