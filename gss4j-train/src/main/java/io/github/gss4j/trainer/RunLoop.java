package io.github.gss4j.trainer;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Step after step, and between them evaluations, samples and checkpoints. */
final class RunLoop {
  private final RunSetting setting;
  private final WatchConfig watch;
  private final Trainer trainer;
  private final RunRecord record;
  private final RunSteps steps;
  private final RunEvaluation evaluation;
  private final RunSample sample;
  private final RunCheckpoints checkpoints;
  private double bestLoss;
  private double seconds;

  /**
   * A loop at its beginning.
   *
   * @param bestLoss the lowest held-out loss so far; infinite where there was none
   * @param seconds spent on training so far
   */
  RunLoop(
      RunSetting setting,
      Trainer trainer,
      BatchSource batches,
      RunRecord record,
      double bestLoss,
      double seconds) {
    this.setting = setting;
    this.watch = setting.config().watch();
    this.trainer = trainer;
    this.record = record;
    this.steps = new RunSteps(setting, trainer, batches, record);
    this.evaluation = new RunEvaluation(setting, trainer, record);
    this.sample = new RunSample(setting, trainer);
    this.checkpoints = new RunCheckpoints(setting, trainer, batches);
    this.bestLoss = bestLoss;
    this.seconds = seconds;
  }

  /**
   * Goes on to the last step, or until asked to stop; a checkpoint is written at either.
   *
   * @return whether it came to the last step
   */
  boolean train(BooleanSupplier stop) throws IOException {
    long end = setting.config().schedule().steps();
    while (trainer.steps() < end) {
      seconds += steps.next();
      boolean last = trainer.steps() == end;
      boolean best = evaluationIsDue(last) && isBest(evaluation.quick());
      if (!last && due(watch.sampleEvery())) {
        record.add(sample.write());
      }
      boolean stopping = setting.group().sum(stop.getAsBoolean() ? 1 : 0)[0] > 0;
      if (best || last || stopping || (isSound() && due(watch.saveEvery()))) {
        boolean onlyOne = last && bestLoss == Double.POSITIVE_INFINITY;
        checkpoints.save(best || onlyOne, bestLoss, seconds);
      }
      if (stopping && !last) {
        return false;
      }
    }
    return true;
  }

  private boolean isBest(Evaluator.Result result) {
    boolean best = isSound() && result.loss() < bestLoss;
    bestLoss = best ? result.loss() : bestLoss;
    return best;
  }

  /** Whether the last step was not skipped: only then is a checkpoint a good one to go on from. */
  private boolean isSound() {
    return trainer.progress().skippedInARow() == 0;
  }

  private boolean evaluationIsDue(boolean last) {
    long every = watch.evalEvery();
    return due(every) || (last && every > 0);
  }

  private boolean due(long every) {
    return every > 0 && trainer.steps() % every == 0;
  }

  /** Spent on steps so far. */
  double seconds() {
    return seconds;
  }
}
