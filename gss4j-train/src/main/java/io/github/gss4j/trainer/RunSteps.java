package io.github.gss4j.trainer;

import io.github.gss4j.tracking.MetricLine;
import java.io.IOException;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/** Takes a run's steps, and writes down what each came to. */
final class RunSteps {
  private final RunSetting setting;
  private final TrainConfig config;
  private final Trainer trainer;
  private final BatchSource batches;
  private final RunRecord record;

  RunSteps(RunSetting setting, Trainer trainer, BatchSource batches, RunRecord record) {
    this.setting = setting;
    this.config = setting.config();
    this.trainer = trainer;
    this.batches = batches;
    this.record = record;
  }

  /**
   * Takes the next step.
   *
   * @return the seconds that it took
   * @throws NonFiniteLossException with the last good checkpoint, if too many in a row failed
   */
  double next() throws IOException {
    long every = config.longRun().watchEvery();
    boolean watched = every > 0 && (trainer.steps() + 1) % every == 0;
    long start = System.nanoTime();
    StepResult result;
    LayerMeasures measures = null;
    try (LayerWatch watch = new LayerWatch(setting.listener().wantsHistograms())) {
      result = trainer.step(batches, watched ? watch : StepObserver.NONE);
      measures = watched ? watch.measures() : null;
    } catch (NonFiniteLossException e) {
      throw new NonFiniteLossException(
          e,
          setting
              .directory()
              .checkpoint(RunDirectory.LAST)
              .map(last -> "The last good checkpoint is " + last)
              .orElse("No checkpoint was written yet"));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double rate = setting.tokensPerStep() / seconds;
    record.add(line(result, rate));
    setting.listener().stepped(trainer.steps(), result, rate);
    if (measures != null) {
      watched(measures, every);
    }
    return seconds;
  }

  private MetricLine.Step line(StepResult result, double tokensPerSecond) {
    return new MetricLine.Step(
        trainer.steps(),
        result.loss(),
        result.learningRate(),
        result.gradNorm(),
        tokensPerSecond,
        config.objective().isTaught() ? Optional.of(result.taught()) : Optional.empty(),
        batches.leftOut().orElse(MetricLine.LeftOut.NONE));
  }

  private void watched(LayerMeasures measures, long every) throws IOException {
    Progress progress = trainer.progress();
    MetricLine.Watch line =
        new MetricLine.Watch(
            progress.steps(),
            measures.gradNorms(),
            measures.updateRatios(),
            (double) progress.clipped() / every,
            progress.skipped(),
            Pointer.physicalBytes());
    trainer.watched();
    record.add(line);
    setting.listener().watched(line, measures);
  }
}
