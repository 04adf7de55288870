package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.averaged;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.loop.LoopSetup;
import io.github.gss4j.trainer.NonFiniteLossException;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.trainer.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierTaskTest {
  @TempDir Path directory;

  /** Makes the first weight no number before some steps, and puts it back after them. */
  private static final class Spoiler {
    private final ClassifierTask task;
    private final Set<Long> bad;

    Spoiler(ClassifierTask task, Long... bad) {
      this.task = task;
      this.bad = Set.of(bad);
    }

    StepMetrics step() {
      if (!bad.contains(task.trainer().steps() + 1)) {
        return task.step(StepObserver.NONE);
      }
      Tensor weight = task.model().parameters().get(0).value();
      Tensor before = Scopes.kept(() -> Scopes.withoutGradient(() -> weight.detach().clone()));
      Scopes.withoutGradient(() -> weight.fill_(new Scalar(Double.NaN)).detach());
      try {
        return task.step(StepObserver.NONE);
      } finally {
        Scopes.withoutGradient(() -> weight.copy_(before).detach());
        before.releaseReference();
      }
    }
  }

  private ClassifierTask open(ClassifyConfig config, Optional<Path> checkpoint) {
    LoopSetup setup =
        new LoopSetup(
            new RunDirectory(directory), Distribution.single(), SILENT, config.intervals());
    return new ClassifierTask(config, task(), setup, checkpoint);
  }

  @Test
  void aBadStepIsSkippedAndCountedAndSoManyInARowStopTheRun() {
    ClassifyConfig config = config(averaged());
    try (ClassifierTask task = open(config, Optional.empty())) {
      Spoiler spoiler = new Spoiler(task, 2L, 4L, 5L, 6L);
      spoiler.step();
      Map<String, double[]> before = TinyRun.weights(task.trainer());
      assertThat(spoiler.step().skipped()).isTrue();
      TinyRun.weights(task.trainer())
          .forEach((name, value) -> assertThat(value).as(name).isEqualTo(before.get(name)));
      assertThat(task.trainer().progress().skipped()).isEqualTo(1);
      assertThat(spoiler.step().skipped()).isFalse();
      assertThat(task.trainer().progress().updates()).isEqualTo(2);
      spoiler.step();
      spoiler.step();
      assertThatThrownBy(spoiler::step)
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining("step 6")
          .hasMessageContaining("3 in a row");
    }
  }

  /** With averages and skipped steps. */
  @Test
  void aClassifierOutOfACheckpointGoesOnToTheSameBits() throws IOException {
    ClassifyConfig config = config(averaged());
    try (ClassifierTask task = open(config, Optional.empty())) {
      Spoiler spoiler = new Spoiler(task, 2L, 6L);
      for (int i = 0; i < 5; i++) {
        spoiler.step();
      }
      new RunCheckpoint(
              task.trainer().progress(),
              true,
              Score.ACCURACY,
              -0.75,
              1,
              "",
              RunCheckpoint.presentEnvironment(),
              Optional.empty())
          .write(task.trainer(), directory);
      RunCheckpoint state = RunCheckpoint.read(directory, Score.ACCURACY);
      assertThat(state.bestScore()).isEqualTo(-0.75);
      assertThat(state.drift("")).isEmpty();
      try (ClassifierTask other = open(config, Optional.of(directory))) {
        state.restore(other.trainer(), directory);
        Spoiler same = new Spoiler(other, 2L, 6L);
        for (int i = 0; i < 8; i++) {
          assertThat(same.step()).isEqualTo(spoiler.step());
        }
        assertThat(other.trainer().progress()).isEqualTo(task.trainer().progress());
        assertThat(other.trainer().progress().skipped()).isEqualTo(2);
        try (TrainingState.Averaged one = task.trainer().averaged();
            TrainingState.Averaged two = other.trainer().averaged()) {
          Map<String, double[]> expected = TinyRun.weights(task.trainer());
          TinyRun.weights(other.trainer())
              .forEach((name, value) -> assertThat(value).as(name).isEqualTo(expected.get(name)));
        }
      }
    }
  }
}
