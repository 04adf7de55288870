package io.github.gss4j.run.listener;

import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.LayerMeasures;
import io.github.gss4j.trainer.StepMetrics;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that cannot stop a run: what it throws is logged once, and it is not called again.
 *
 * <p>For what follows a run from outside and must not end it.
 */
public final class SafeListener implements RunListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SafeListener.class);

  private final String name;
  private final RunListener listener;
  private boolean failed;

  /**
   * Guards a listener; one that is {@link AutoCloseable} is closed with this.
   *
   * @param name for the log
   */
  public SafeListener(String name, RunListener listener) {
    this.name = name;
    this.listener = listener;
  }

  private interface Call {
    void run() throws Exception;
  }

  private void guard(Call call) {
    if (failed) {
      return;
    }
    try {
      call.run();
    } catch (Exception | LinkageError e) {
      failed = true;
      LOG.warn("{}: {}; the run continues without it", name, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void started(RunView run, long fromStep) {
    guard(() -> listener.started(run, fromStep));
  }

  @Override
  public void stepped(long step, StepMetrics result, double tokensPerSecond) {
    guard(() -> listener.stepped(step, result, tokensPerSecond));
  }

  @Override
  public void layersMeasured(MetricLine.LayerStats line, LayerMeasures measures) {
    guard(() -> listener.layersMeasured(line, measures));
  }

  @Override
  public void recorded(MetricLine line) {
    guard(() -> listener.recorded(line));
  }

  @Override
  public boolean wantsHistograms() {
    return !failed && listener.wantsHistograms();
  }

  @Override
  public void evaluated(long step, Evaluator.Result result, boolean whole) {
    guard(() -> listener.evaluated(step, result, whole));
  }

  @Override
  public void validated(long step, double accuracy, Optional<MetricLine.StageAccuracy> stage) {
    guard(() -> listener.validated(step, accuracy, stage));
  }

  @Override
  public void evaluating(double share) {
    guard(() -> listener.evaluating(share));
  }

  @Override
  public void sampled(long step, String prompt, String text) {
    guard(() -> listener.sampled(step, prompt, text));
  }

  @Override
  public void saved(long step, Path checkpoint) {
    guard(() -> listener.saved(step, checkpoint));
  }

  @Override
  public void ended(RunView run, RunOutcome outcome) {
    guard(() -> listener.ended(run, outcome));
  }

  @Override
  public void close() {
    if (listener instanceof AutoCloseable closeable) {
      guard(closeable::close);
    }
  }
}
