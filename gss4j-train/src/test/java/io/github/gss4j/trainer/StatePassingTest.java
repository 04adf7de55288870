package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Sequences that begin from the states that others left. */
class StatePassingTest {
  private static final TrainConfig PLAIN =
      TinyRun.config(
          TinyRun.config("float32"),
          "{\"layers\": [\"gss\", \"attention\"], \"attention_heads\": 2,"
              + " \"attention_window\": 16, \"init\": \"two_scale\", \"slow_c\": 1, \"batch\": 3}");

  @TempDir Path directory;

  private static TrainConfig with(String json) {
    return TinyRun.config(PLAIN, json);
  }

  private static Tensor ids(long step, int micro) {
    return TinyRun.ids(10 * step + micro, 3, 33);
  }

  private static List<Double> losses(TrainConfig config, int steps) {
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      return losses(trainer, steps);
    }
  }

  private static List<Double> losses(Trainer<BatchSource> trainer, int steps) {
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      losses.add(trainer.step(StatePassingTest::ids).loss());
    }
    return losses;
  }

  /** The n-th micro-batch's row r begins from zero where n + r is a multiple of 4. */
  @Test
  void everyFourthSequenceBeginsFromZeroAndTheOthersFromWhatWasLeft() {
    TrainConfig still =
        with("{\"lr\": 1e-30, \"weight_decay\": 0}"); // the weights stay as they are
    TrainConfig passing = TinyRun.config(still, "{\"state_passing\": 4}");
    List<Double> found = losses(passing, 9);
    try (LanguageModel model = TinyRun.model(still);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, still);
        PassedStates states = new PassedStates(model, 1)) {
      for (int n = 0; n < 9; n++) {
        boolean[] fromZero = new boolean[3];
        for (int row = 0; row < 3; row++) {
          fromZero[row] = (n + row) % 4 == 0;
        }
        states.begin(0, fromZero);
        double expected;
        try (GradientPass<?> pass =
            new GradientPass<>(model, trainer.sharding(), 32, false, states)) {
          expected =
              pass.add(ids(n + 1, 0), true, 1, new io.github.gss4j.loss.CrossEntropy()).value();
        }
        assertThat(found.get(n)).as("step %d", n + 1).isEqualTo(expected);
        if (n > 0) {
          assertThat(found.get(n)).isNotEqualTo(losses(still, n + 1).get(n));
        }
      }
    }
  }

  @Test
  void statesArePassedInTheLastPartOfARun() {
    TrainConfig plain = with("{\"steps\": 8}");
    TrainConfig late = TinyRun.config(plain, "{\"state_passing\": 3, \"state_passing_from\": 0.5}");
    List<Double> without = losses(plain, 8);
    List<Double> with = losses(late, 8);
    assertThat(with.subList(0, 4)).isEqualTo(without.subList(0, 4));
    assertThat(with.get(5)).isNotEqualTo(without.get(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"state_passing\": 3}",
        "{\"state_passing\": 4, \"accumulate\": 2, \"checkpoint_layers\": true}",
        "{\"state_passing\": 2, \"optimizer\": \"muon\", \"dtype\": \"bfloat16\"}",
        "{\"state_passing\": 3, \"short_conv\": 4}"
      })
  void aRunOutOfACheckpointGoesOnToTheSameBits(String json) throws IOException {
    TrainConfig config = with(json);
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      losses(trainer, 3);
      SavedTrainer saved = SavedTrainer.of(trainer, directory);
      Precision precision = Precision.forTraining(config.compute().dtype());
      try (LanguageModel loaded =
              PretrainedModel.loadToTrain(
                  StoredModel.open(directory), precision, Tensors.device("cpu"));
          Trainer<BatchSource> other = TrainableLanguageModel.trainer(loaded, config)) {
        saved.restore(other);
        assertThat(losses(other, 6)).isEqualTo(losses(trainer, 6));
      }
    }
  }

  @Test
  void statesOfAnotherNumberOfSequencesBeginAnewAndALineSaysSo() throws IOException {
    TrainConfig config = with("{\"state_passing\": 4}");
    TrainConfig smaller = TinyRun.config(config, "{\"batch\": 2}");
    Logger logger = (Logger) LoggerFactory.getLogger(StartingStates.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      losses(trainer, 2);
      SavedTrainer saved = SavedTrainer.of(trainer, directory);
      for (TrainConfig now : List.of(config, smaller)) {
        try (LanguageModel loaded =
                PretrainedModel.loadToTrain(
                    StoredModel.open(directory), Precision.FLOAT32, Tensors.device("cpu"));
            Trainer<BatchSource> other = TrainableLanguageModel.trainer(loaded, now)) {
          saved.restore(other);
        }
      }
    } finally {
      logger.detachAppender(said);
    }
    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "the states that were passed on so far are of another number of sequences than the 2"
                + " of a micro-batch now: they start again from zero");
  }

  @Test
  void aRunThatNoLongerPassesStatesKeepsNone() throws IOException {
    TrainConfig config = with("{\"state_passing\": 4}");
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config);
        Trainer<BatchSource> plain = TrainableLanguageModel.trainer(model, PLAIN)) {
      losses(trainer, 2);
      assertThat(trainer.task().state()).isNotEmpty();
      SavedTrainer.of(trainer, directory).restore(plain);
      assertThat(plain.task().state()).isEmpty();
    }
  }

  @Test
  void statesOfASkippedStepAreForgotten() {
    TrainConfig config = with("{\"state_passing\": 4, \"max_bad_steps\": 5}");
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      losses(trainer, 2);
      trainer.task().skipped();
      assertThat(trainer.task().state()).isEmpty();
      assertThat(losses(trainer, 1).get(0)).isFinite();
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThatThrownBy(() -> with("{\"state_passing\": 1}"))
        .hasMessageContaining("state_passing is 1, expected 0 (off), or 2 or more");
    assertThatThrownBy(() -> with("{\"state_passing_from\": 1}"))
        .hasMessageContaining("state_passing_from is 1.0");
    TrainConfig dsconv =
        TinyRun.config(
            TinyRun.config("float32"),
            "{\"mixer\": \"dsconv\", \"heads\": 2, \"dim_dsconv\": 8, \"state_passing\": 3}");
    assertThatThrownBy(() -> losses(dsconv, 1))
        .hasMessageContaining("state_passing is 3, expected 0 with dsconv layers");
  }
}
