package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.config.training.LongRun;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.weights.PretrainedModel;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps that are skipped, weights that are averaged, layers that are watched. */
class LongRunTest {
  @TempDir Path directory;

  private static TrainConfig config(UnaryOperator<LongRun> change) {
    TrainConfig tiny = TinyRun.config("float32", 2, 2, false, false);
    return tiny.with(tiny.optimizer().withGradClip(0.1))
        .with(tiny.schedule().withWarmup(4).withDecay(new Decay.WarmRestarts(0.1, 5, 2)))
        .with(change.apply(tiny.longRun()));
  }

  private static Tensor ids(long step, int micro) {
    return TinyRun.ids(10 * step + micro, 2, 33);
  }

  /** Spoils the first weight while some steps are taken: their loss is not finite. */
  private static final class Spoiler {
    private final LanguageModel model;
    private final Set<Long> bad;

    Spoiler(LanguageModel model, Long... bad) {
      this.model = model;
      this.bad = Set.of(bad);
    }

    StepMetrics step(Trainer<BatchSource> trainer) {
      boolean spoil = bad.contains(trainer.steps() + 1);
      if (!spoil) {
        return trainer.step(LongRunTest::ids);
      }
      Tensor weight = model.parameters().get(0).value();
      Tensor before = Scopes.kept(() -> Scopes.withoutGradient(() -> weight.detach().clone()));
      Scopes.withoutGradient(() -> weight.fill_(new Scalar(Double.NaN)).detach());
      try {
        return trainer.step(LongRunTest::ids);
      } finally {
        Scopes.withoutGradient(() -> weight.copy_(before).detach());
        before.releaseReference();
      }
    }
  }

  private static Map<String, double[]> weights(LanguageModel model) {
    Map<String, double[]> all = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      all.put(p.name(), Tensors.toDoubles(p.value()));
    }
    return all;
  }

  private static void assertSame(Map<String, double[]> found, Map<String, double[]> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    found.forEach((name, value) -> assertThat(value).as(name).isEqualTo(expected.get(name)));
  }

  @Test
  void aBadStepIsCountedAndLeavesTheWeights() {
    TrainConfig config = config(run -> run.withMaxBadSteps(3));
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      Spoiler spoiler = new Spoiler(model, 2L, 3L, 5L);
      spoiler.step(trainer);
      Map<String, double[]> before = weights(model);
      assertThat(spoiler.step(trainer).skipped()).isTrue();
      assertThat(spoiler.step(trainer).skipped()).isTrue();
      assertSame(weights(model), before);
      assertThat(trainer.progress()).isEqualTo(new TrainingProgress(3, 2, 2, 1));
      assertThat(spoiler.step(trainer).skipped()).isFalse();
      assertThat(trainer.progress().skippedInARow()).isZero();
      assertThat(trainer.progress().updates()).isEqualTo(2);
      spoiler.step(trainer);
      assertThat(trainer.progress().skipped()).isEqualTo(3);
    }
  }

  @Test
  void soManyBadStepsInARowStopTheRun() {
    TrainConfig config = config(run -> run.withMaxBadSteps(3));
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      Spoiler spoiler = new Spoiler(model, 1L, 2L, 3L);
      spoiler.step(trainer);
      spoiler.step(trainer);
      assertThatThrownBy(() -> spoiler.step(trainer))
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining("step 3")
          .hasMessageContaining("3 in a row")
          .hasMessageContaining("--lr");
    }
  }

  /** With accumulation, warm restarts, averaging and skipped steps. */
  @Test
  void aRunOutOfACheckpointGoesOnToTheSameBits() throws IOException {
    TrainConfig config = config(run -> run.withMaxBadSteps(3).withEma(0.9));
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      Spoiler spoiler = new Spoiler(model, 2L, 5L, 6L);
      for (int i = 0; i < 5; i++) {
        spoiler.step(trainer);
      }
      SavedTrainer saved = SavedTrainer.of(trainer, directory);
      try (LanguageModel loaded =
              PretrainedModel.load(directory, Precision.FLOAT32, Tensors.device("cpu"));
          Trainer<BatchSource> other = TrainableLanguageModel.trainer(loaded, config)) {
        saved.restore(other);
        Spoiler same = new Spoiler(loaded, 2L, 5L, 6L);
        for (int i = 0; i < 8; i++) {
          assertThat(same.step(other)).isEqualTo(spoiler.step(trainer));
        }
        assertThat(other.progress()).isEqualTo(trainer.progress());
        assertSame(weights(loaded), weights(model));
        try (TrainingState.Averaged one = trainer.averaged();
            TrainingState.Averaged two = other.averaged()) {
          assertSame(weights(loaded), weights(model));
        }
      }
    }
  }

  @Test
  void theSavedModelIsTheAverageAndTrainingIsAsWithoutIt() throws IOException {
    TrainConfig averaging = config(run -> run.withEma(0.9));
    TrainConfig plain = config(run -> run);
    try (LanguageModel model = TinyRun.model(averaging);
        LanguageModel twin = TinyRun.model(plain);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, averaging);
        Trainer<BatchSource> other = TrainableLanguageModel.trainer(twin, plain)) {
      String name = model.parameters().get(0).name();
      double[] average = TinyRun.weights(trainer).get(name);
      for (int t = 1; t <= 30; t++) {
        assertThat(trainer.step(LongRunTest::ids)).isEqualTo(other.step(LongRunTest::ids));
        double decay = Math.min(0.9, (1.0 + t) / (10.0 + t));
        double[] weight = TinyRun.weights(trainer).get(name);
        for (int i = 0; i < average.length; i++) {
          average[i] += (1 - decay) * (weight[i] - average[i]);
        }
      }
      Map<String, double[]> trained = weights(model);
      SavedTrainer.of(trainer, directory);
      assertSame(weights(model), trained);
      double[] saved =
          Tensors.toDoubles(TensorFiles.read(directory.resolve("model.safetensors"), name));
      for (int i = 0; i < average.length; i++) {
        assertThat(saved[i]).isCloseTo(average[i], within(1e-6));
      }
      assertThat(saved).isNotEqualTo(trained.get(name));
    }
  }

  @Test
  void averagingCanBeginAndEndWhereARunIsGoneOnWith() throws IOException {
    TrainConfig plain = config(run -> run);
    TrainConfig averaging = config(run -> run.withEma(0.9));
    for (TrainConfig first : List.of(plain, averaging)) {
      TrainConfig second = first.equals(plain) ? averaging : plain;
      try (LanguageModel model = TinyRun.model(first);
          Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, first)) {
        trainer.step(LongRunTest::ids);
        SavedTrainer saved = SavedTrainer.of(trainer, directory);
        try (LanguageModel loaded =
                PretrainedModel.load(directory, Precision.FLOAT32, Tensors.device("cpu"));
            Trainer<BatchSource> other = TrainableLanguageModel.trainer(loaded, second)) {
          saved.restore(other);
          for (int i = 0; i < 3; i++) {
            assertThat(other.step(LongRunTest::ids)).isEqualTo(trainer.step(LongRunTest::ids));
          }
        }
      }
    }
  }

  @Test
  void watchedStepsGiveTheSameBitsAndTheirNormsAddUp() {
    TrainConfig config = config(run -> run);
    try (LanguageModel model = TinyRun.model(config);
        LanguageModel twin = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config);
        Trainer<BatchSource> other = TrainableLanguageModel.trainer(twin, config)) {
      for (int i = 0; i < 5; i++) {
        Map<String, double[]> before = weights(model);
        try (LayerMonitor watch = new LayerMonitor(true)) {
          StepMetrics result = trainer.step(LongRunTest::ids, watch);
          assertThat(result).isEqualTo(other.step(LongRunTest::ids));
          LayerMeasures seen = watch.measures();
          assertThat(seen.gradNorms().keySet())
              .containsExactly("token_emb", "layers.0", "layers.1", "to_logits")
              .isEqualTo(seen.updateRatios().keySet());
          double squares = seen.gradNorms().values().stream().mapToDouble(n -> n * n).sum();
          assertThat(Math.sqrt(squares)).isCloseTo(result.gradNorm(), within(1e-4));
          seen.updateRatios()
              .forEach(
                  (layer, ratio) ->
                      assertThat(ratio)
                          .as(layer)
                          .isCloseTo(ratio(layer, before, weights(model)), within(1e-5)));
          seen.weights()
              .forEach(
                  (layer, h) -> {
                    double counted = h.counts().stream().mapToDouble(c -> c).sum();
                    assertThat(counted).as(layer).isEqualTo((double) h.count());
                    assertThat(h.min()).isLessThan(h.max());
                  });
        }
      }
      assertSame(weights(model), weights(twin));
    }
  }

  private static double ratio(
      String layer, Map<String, double[]> before, Map<String, double[]> after) {
    double moved = 0;
    double size = 0;
    List<String> names = new ArrayList<>(before.keySet());
    names.removeIf(name -> !name.startsWith(layer + "."));
    for (String name : names) {
      for (int i = 0; i < before.get(name).length; i++) {
        moved += Math.pow(after.get(name)[i] - before.get(name)[i], 2);
        size += Math.pow(before.get(name)[i], 2);
      }
    }
    return Math.sqrt(moved / size);
  }
}
