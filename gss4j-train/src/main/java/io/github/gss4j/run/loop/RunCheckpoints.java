package io.github.gss4j.run.loop;

import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.trainer.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a run's checkpoints, keeps the best and the newest, and continues from one. */
final class RunCheckpoints {
  private static final Logger LOG = LoggerFactory.getLogger(RunCheckpoints.class);

  private final LoopSetup setup;
  private final TrainingTask task;
  private final Trainer<?> trainer;

  RunCheckpoints(LoopSetup setup, TrainingTask task) {
    this.setup = setup;
    this.task = task;
    this.trainer = task.trainer();
  }

  /** Restores everything but the model, and logs what has changed. */
  RunCheckpoint restore(Path checkpoint) throws IOException {
    RunCheckpoint state = RunCheckpoint.read(checkpoint, task.score());
    state.restore(trainer, checkpoint);
    state.position().ifPresent(task::seek);
    task.restored(state);
    if (setup.isFirst()) {
      if (state.best()) {
        setup.directory().point(RunDirectory.BEST, checkpoint); // a kill may have come before
      }
      state.drift(task.fingerprint()).forEach(LOG::warn);
    }
    return state;
  }

  /**
   * Writes one, on all ranks at once.
   *
   * @param best whether the score was the best so far at this step
   * @param bestScore the best so far
   * @param seconds spent on training so far
   */
  void save(boolean best, double bestScore, double seconds) throws IOException {
    RunCheckpoint state =
        new RunCheckpoint(
            trainer.progress(),
            best,
            task.score(),
            bestScore,
            seconds,
            task.fingerprint(),
            RunCheckpoint.presentEnvironment(),
            task.position());
    RunDirectory directory = setup.directory();
    if (!setup.isFirst()) {
      state.write(trainer, directory.aside(trainer.steps()));
      return;
    }
    Path saved = directory.save(trainer.steps(), aside -> write(state, aside));
    if (best) {
      directory.point(RunDirectory.BEST, saved);
    }
    directory.prune(trainer.recipe().longRun().keep());
    setup.listener().saved(trainer.steps(), saved);
  }

  private void write(RunCheckpoint state, Path aside) throws IOException {
    task.saveBeside(aside);
    state.write(trainer, aside);
  }
}
