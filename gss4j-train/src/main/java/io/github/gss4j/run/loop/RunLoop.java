package io.github.gss4j.run.loop;

import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.trainer.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The training loop of any task: steps, with evaluations, samples and checkpoints between them. */
public final class RunLoop implements AutoCloseable {
  private final LoopSetup setup;
  private final IntervalConfig intervals;
  private final TrainingTask task;
  private final Trainer<?> trainer;
  private final RunCheckpoints checkpoints;
  private final RunRecord record;
  private final RunSteps steps;
  private double best = Double.POSITIVE_INFINITY;
  private double seconds;

  /**
   * A loop at its beginning, or where a checkpoint is.
   *
   * @param task stays open
   */
  public RunLoop(LoopSetup setup, TrainingTask task, Optional<Path> resumeFrom) throws IOException {
    this.setup = setup;
    this.intervals = setup.intervals();
    this.task = task;
    this.trainer = task.trainer();
    this.checkpoints = new RunCheckpoints(setup, task);
    if (resumeFrom.isPresent()) {
      RunCheckpoint state = checkpoints.restore(resumeFrom.get());
      best = state.bestScore();
      seconds = state.seconds();
    }
    this.record = new RunRecord(setup, trainer.steps());
    this.steps = new RunSteps(setup, task, record);
  }

  /**
   * Continues to the last step, or until asked to stop; a checkpoint is written at either.
   *
   * @param stop asked after every step
   * @return whether it came to the last step
   */
  public boolean train(BooleanSupplier stop) throws IOException {
    long end = trainer.recipe().schedule().steps();
    while (trainer.steps() < end) {
      seconds += steps.next();
      boolean last = trainer.steps() == end;
      boolean better = evaluationIsDue(last) && isBest(task.evaluate(record, last));
      if (!last && due(intervals.sampleEvery())) {
        task.sample(record);
      }
      boolean stopping = setup.group().sum(stop.getAsBoolean() ? 1 : 0)[0] > 0;
      if (better || last || stopping || (isSound() && due(intervals.saveEvery()))) {
        boolean onlyOne = last && best == Double.POSITIVE_INFINITY;
        checkpoints.save(better || onlyOne, best, seconds);
      }
      if (stopping && !last) {
        return false;
      }
    }
    return true;
  }

  private boolean isBest(double score) {
    boolean better = isSound() && score < best;
    best = better ? score : best;
    return better;
  }

  /**
   * Whether the last step was not skipped: only then is a checkpoint a good one to continue from.
   */
  private boolean isSound() {
    return trainer.progress().skippedInARow() == 0;
  }

  private boolean evaluationIsDue(boolean last) {
    long every = intervals.evalEvery();
    return due(every) || (last && every > 0);
  }

  private boolean due(long every) {
    return every > 0 && trainer.steps() % every == 0;
  }

  /** The best score so far, as {@link Score} has it. */
  public double best() {
    return best;
  }

  /** Spent on steps so far. */
  public double seconds() {
    return seconds;
  }

  /** Where events are recorded. */
  public RunRecord record() {
    return record;
  }

  @Override
  public void close() throws IOException {
    record.close();
  }
}
