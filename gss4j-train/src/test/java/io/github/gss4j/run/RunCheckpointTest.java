package io.github.gss4j.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.trainer.TrainableLanguageModel;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingProgress;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state that a run continues from. */
class RunCheckpointTest {
  @TempDir Path directory;

  private static RunCheckpoint state(Map<String, String> environment) {
    return new RunCheckpoint(
        new TrainingProgress(3, 0, 0, 1),
        true,
        Score.LOSS,
        1.0 / 3,
        2.5,
        "text",
        environment,
        Optional.empty());
  }

  @Test
  void aTrainerOutOfACheckpointTakesTheSameSteps() throws IOException {
    for (String dtype : new String[] {"float32", "bfloat16", "float64"}) {
      goesOn(dtype);
    }
  }

  private void goesOn(String dtype) throws IOException {
    TrainConfig config = TinyRun.config(dtype);
    BatchSource source = (step, micro) -> TinyRun.ids(step, 2, 33);
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      for (int i = 0; i < 3; i++) {
        trainer.step(source);
      }
      RunCheckpoint state = state(RunCheckpoint.presentEnvironment());
      state.write(trainer, directory);
      assertThat(RunCheckpoint.read(directory, Score.LOSS)).isEqualTo(state);
      try (LanguageModel loaded =
              PretrainedModel.load(directory, Precision.forTraining(dtype), Tensors.device("cpu"));
          Trainer<BatchSource> other = TrainableLanguageModel.trainer(loaded, config)) {
        RunCheckpoint.read(directory, Score.LOSS).restore(other, directory);
        for (int i = 0; i < 3; i++) {
          assertThat(other.step(source)).isEqualTo(trainer.step(source));
        }
      }
    }
  }

  @Test
  void driftIsNamedAndAnEqualEnvironmentSaysNothing() {
    assertThat(state(RunCheckpoint.presentEnvironment()).drift("text")).isEmpty();
    Map<String, String> other = RunCheckpoint.presentEnvironment();
    other.put("threads", "99");
    assertThat(state(other).drift("another"))
        .hasSize(2)
        .anyMatch(line -> line.contains("data"))
        .anyMatch(line -> line.contains("threads") && line.contains("99"));
  }

  @Test
  void aDamagedStateIsNamed() throws IOException {
    Path file = directory.resolve("training.json");
    assertThatThrownBy(() -> RunCheckpoint.read(directory, Score.LOSS))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("training.json");
    for (String damaged : new String[] {"", "[]", "{\"step\": ", "{\"step\": 1.5}"}) {
      Files.writeString(file, damaged);
      assertThatThrownBy(() -> RunCheckpoint.read(directory, Score.LOSS))
          .as(damaged)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("training.json");
    }
  }
}
