package io.github.gss4j.run.loop;

import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.LayerMeasures;
import io.github.gss4j.trainer.LayerMonitor;
import io.github.gss4j.trainer.NonFiniteLossException;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingProgress;
import java.io.IOException;
import org.bytedeco.javacpp.Pointer;

/** Takes a run's steps, and records each. */
final class RunSteps {
  private final LoopSetup setup;
  private final TrainingTask task;
  private final Trainer<?> trainer;
  private final RunRecord record;

  RunSteps(LoopSetup setup, TrainingTask task, RunRecord record) {
    this.setup = setup;
    this.task = task;
    this.trainer = task.trainer();
    this.record = record;
  }

  /**
   * Takes the next step.
   *
   * @return the seconds that it took
   * @throws NonFiniteLossException with the last good checkpoint, if too many in a row failed
   */
  double next() throws IOException {
    long every = trainer.recipe().longRun().watchEvery();
    boolean monitored = every > 0 && (trainer.steps() + 1) % every == 0;
    long start = System.nanoTime();
    StepMetrics result;
    LayerMeasures measures = null;
    try (LayerMonitor monitor = new LayerMonitor(setup.listener().wantsHistograms())) {
      result = task.step(monitored ? monitor : StepObserver.NONE);
      measures = monitored ? monitor.measures() : null;
    } catch (NonFiniteLossException e) {
      throw new NonFiniteLossException(
          e,
          setup
              .directory()
              .checkpoint(RunDirectory.LAST)
              .map(last -> "The last good checkpoint is " + last)
              .orElse("No checkpoint was written yet"));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    MetricLine.Step line = task.line(result, seconds);
    record.add(line);
    setup.listener().stepped(trainer.steps(), result, line.tokensPerSecond());
    if (measures != null) {
      monitored(measures, every);
    }
    return seconds;
  }

  private void monitored(LayerMeasures measures, long every) throws IOException {
    TrainingProgress progress = trainer.progress();
    MetricLine.LayerStats line =
        new MetricLine.LayerStats(
            progress.steps(),
            measures.gradNorms(),
            measures.updateRatios(),
            (double) progress.clipped() / every,
            progress.skipped(),
            Pointer.physicalBytes());
    trainer.monitored();
    record.add(line);
    setup.listener().layersMeasured(line, measures);
  }
}
