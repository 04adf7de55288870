package io.github.gss4j.trainer;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a run's checkpoints, keeps the best and the newest, and goes on from one. */
final class RunCheckpoints {
  private static final Logger LOG = LoggerFactory.getLogger(RunCheckpoints.class);

  private final RunSetting setting;
  private final Trainer trainer;
  private final BatchSource batches;

  RunCheckpoints(RunSetting setting, Trainer trainer, BatchSource batches) {
    this.setting = setting;
    this.trainer = trainer;
    this.batches = batches;
  }

  /** Puts all but the model back to where it was, and says in the log what is no longer so. */
  RunCheckpoint restore(Path checkpoint) throws IOException {
    RunCheckpoint state = RunCheckpoint.read(checkpoint);
    state.restore(trainer, checkpoint);
    state.position().ifPresent(batches::seek);
    if (setting.isFirst()) {
      if (state.best()) {
        setting.directory().point(RunDirectory.BEST, checkpoint); // a kill may have come before
      }
      state.drift(setting.corpus().fingerprint()).forEach(LOG::warn);
    }
    return state;
  }

  /**
   * Writes one, on all ranks at once.
   *
   * @param best whether the held-out loss was the lowest so far at this step
   * @param bestLoss the lowest so far
   * @param seconds spent on training so far
   */
  void save(boolean best, double bestLoss, double seconds) throws IOException {
    RunCheckpoint state =
        new RunCheckpoint(
            trainer.progress(),
            best,
            bestLoss,
            seconds,
            setting.corpus().fingerprint(),
            RunCheckpoint.presentEnvironment(),
            batches.position());
    RunDirectory directory = setting.directory();
    if (!setting.isFirst()) {
      state.write(trainer, directory.aside(trainer.steps()));
      return;
    }
    Path saved = directory.save(trainer.steps(), aside -> write(state, aside));
    if (best) {
      directory.point(RunDirectory.BEST, saved);
    }
    directory.prune(setting.config().longRun().keep());
    setting.listener().saved(trainer.steps(), saved);
  }

  private void write(RunCheckpoint state, Path aside) throws IOException {
    setting.tokenizer().save(aside);
    state.write(trainer, aside);
  }
}
