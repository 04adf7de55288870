package io.github.gss4j.run.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.SavedTrainer;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.trainer.TrainableLanguageModel;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters that stay, that move at rates of their own, and that come from elsewhere. */
class FineTuningTest {
  private static final TrainConfig ALL =
      TinyRun.config(TinyRun.config("float64"), "{\"grad_clip\": 0}");

  @TempDir Path directory;
  private SavedTrainer saved;

  private static Tensor ids(long step, int micro) {
    return TinyRun.ids(10 * step + micro, 2, 33);
  }

  private static TrainConfig freezing(String names) {
    return TinyRun.config(ALL, "{\"freeze\": \"" + names + "\"}");
  }

  private static Map<String, double[]> after(TrainConfig config, int steps) {
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      for (int i = 0; i < steps; i++) {
        trainer.step(FineTuningTest::ids);
      }
      return TinyRun.weights(model);
    }
  }

  private static Set<String> changed(Map<String, double[]> one, Map<String, double[]> other) {
    Set<String> names = new TreeSet<>();
    one.forEach(
        (name, values) -> {
          if (!Arrays.equals(values, other.get(name))) {
            names.add(name);
          }
        });
    return names;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token_emb,to_logits | token_emb to_logits",
        "dss | dss",
        "layers.0 | layers.0.",
        "token_emb,layers.0,layers.1 | token_emb layers.",
        "Lambda_real,to_u.0.weight | Lambda_real to_u.0.weight",
      })
  void whatIsFrozenStaysAndAllElseMovesAsWithoutIt(String freeze, String parts) {
    Map<String, double[]> before = after(ALL, 0);
    Map<String, double[]> free = after(ALL, 1);
    Map<String, double[]> frozen = after(freezing(freeze), 1);
    assertThat(changed(before, free)).isEqualTo(before.keySet());
    Set<String> staying = new TreeSet<>(before.keySet());
    staying.removeIf(name -> Arrays.stream(parts.split(" ", -1)).noneMatch(name::contains));
    assertThat(staying).isNotEmpty().isNotEqualTo(before.keySet());
    assertThat(changed(free, frozen)).isEqualTo(staying);
    Set<String> moved = new TreeSet<>(before.keySet());
    moved.removeAll(staying);
    assertThat(changed(before, frozen)).isEqualTo(moved);
  }

  @Test
  void frozenParametersHaveNoMemoryInTheOptimizer() {
    TrainConfig config = freezing("token_emb,to_logits");
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config);
        TrainingState.Averaged averaged = trainer.averaged()) {
      assertThat(averaged.state().keySet())
          .isNotEmpty()
          .noneMatch(name -> name.contains("token_emb") || name.contains("to_logits"));
      long embeddings = 2L * 64 * 16 + 2 * 16; // and the norm before the logits
      assertThat(trainer.trainableCount()).isEqualTo(model.parameterCount() - embeddings);
    }
  }

  @Test
  void aParameterThatIsLearnedLaterStartsAsIfItWereNew() throws IOException {
    TrainConfig config = freezing("token_emb");
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      for (int i = 0; i < 40; i++) {
        trainer.step(FineTuningTest::ids);
      }
      write(trainer);
      double[] first = goOnTwice(TinyRun.config(config, "{\"freeze\": \"\"}"));
      // Adam's first step is the learning rate where the gradient is not 0: tokens that were seen
      assertThat(Arrays.stream(first)).anyMatch(move -> Math.abs(move - 1e-2) < 1e-4);
      assertThat(Arrays.stream(first)).allMatch(move -> move < 1.01e-2);
    }
  }

  private void write(Trainer<BatchSource> trainer) throws IOException {
    saved = SavedTrainer.of(trainer, directory);
  }

  /**
   * Continues from the checkpoint for a step, and again from there; how far the embedding moved.
   */
  private double[] goOnTwice(TrainConfig config) throws IOException {
    try (LanguageModel model = load();
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      saved.restore(trainer);
      double[] before = TinyRun.weights(trainer).get("token_emb.weight");
      trainer.step(FineTuningTest::ids);
      double[] after = TinyRun.weights(trainer).get("token_emb.weight");
      write(trainer);
      try (LanguageModel again = load();
          Trainer<BatchSource> other = TrainableLanguageModel.trainer(again, config)) {
        saved.restore(other);
        assertThat(other.step(FineTuningTest::ids)).isEqualTo(trainer.step(FineTuningTest::ids));
        assertThat(changed(TinyRun.weights(again), TinyRun.weights(model))).isEmpty();
      }
      double[] moves = new double[before.length];
      Arrays.setAll(moves, i -> Math.abs(after[i] - before[i]));
      return moves;
    }
  }

  private LanguageModel load() {
    return PretrainedModel.loadToTrain(
        StoredModel.open(directory), Precision.FLOAT64, Tensors.device("cpu"));
  }

  @Test
  void aGroupMovesAtItsOwnRate() {
    String groups = "{\"lr_groups\": \"token_emb=1e-4,dss=3e-3,Lambda_real=1e-3\"}";
    Map<String, double[]> before = after(ALL, 0);
    Map<String, double[]> moved = after(TinyRun.config(ALL, groups), 1);
    moved.forEach(
        (name, values) -> {
          double most = 0;
          for (int i = 0; i < values.length; i++) {
            most = Math.max(most, Math.abs(values[i] - before.get(name)[i]));
          }
          double rate = name.startsWith("token_emb") ? 1e-4 : name.contains("dss") ? 3e-3 : 1e-2;
          rate = name.contains("Lambda_real") ? 1e-3 : rate; // the last of several holds
          assertThat(most).as(name).isCloseTo(rate, within(1e-2 * rate));
        });
  }

  @Test
  void modesThatAreAddedChangeNothingAtFirstAndAreLearnedThen() throws IOException {
    try (LanguageModel model = TinyRun.model(ALL)) {
      PretrainedModel.save(model, directory, Map.of());
      TrainConfig more =
          TinyRun.config(
              ALL.with(ALL.model().withAddedModes(6)),
              "{\"start_from\": \"%s\", \"add_modes\": 6, \"tau_max\": 99}".formatted(directory));
      try (LanguageModel wider = RunModel.begin(more, RunContext.offline(directory));
          Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(wider, more)) {
        assertSameOutputs(model, wider);
        assertThat(TinyRun.weights(wider).get("layers.1.dss.C_real")).hasSize(8 * 14);
        Map<String, double[]> before = TinyRun.weights(wider);
        trainer.step(FineTuningTest::ids); // C first, and by it Λ
        trainer.step(FineTuningTest::ids);
        Map<String, double[]> after = TinyRun.weights(wider);
        for (int slow = 8; slow < 14; slow++) {
          assertThat(after.get("layers.0.dss.Lambda_real")[slow])
              .isNotEqualTo(before.get("layers.0.dss.Lambda_real")[slow])
              .isBetween(-Math.log(99) - 0.05, -Math.log(16) + 0.05);
        }
      }
    }
  }

  private static void assertSameOutputs(LanguageModel model, LanguageModel other) {
    try (PointerScope scope = new PointerScope()) {
      Tensor ids = TinyRun.ids(5, 2, 200);
      double[] expected = Tensors.toDoubles(model.logits(ids));
      double[] found = Tensors.toDoubles(other.logits(ids));
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-12));
      }
    }
  }

  @Test
  void modesAreAddedOnlyWhereTheyChangeNothing() {
    TrainConfig fromNothing = TinyRun.config(ALL, "{\"add_modes\": 2}");
    assertThatThrownBy(() -> RunModel.begin(fromNothing, RunContext.offline(directory)))
        .hasMessageContaining("add_modes is 2, expected 0 without start_from");
    TrainConfig normalized = TinyRun.config(ALL, "{\"normalize_input\": true}");
    assertThatThrownBy(() -> normalized.model().withAddedModes(2))
        .hasMessageContaining("normalize_input is true, expected false");
    TrainConfig without = TinyRun.config(ALL, "{\"mixer\": \"mhesa\", \"heads\": 2}");
    assertThatThrownBy(() -> without.model().withAddedModes(2))
        .hasMessageContaining("expected 0 for a model that has no state space");
  }

  @Test
  void namesThatStandForNothingAreRefused() {
    assertThatThrownBy(() -> after(freezing("tokenemb"), 0))
        .hasMessage(
            "freeze names 'tokenemb', which is part of no parameter's name; parts are: C_imag,"
                + " C_real, Lambda_imag, Lambda_real, bias, dss, layers, norm, param_D, to_gate,"
                + " to_logits, to_out, to_u, to_v, token_emb, weight");
    assertThatThrownBy(() -> after(TinyRun.config(ALL, "{\"lr_groups\": \"x=1\"}"), 0))
        .hasMessageContaining("lr_groups names 'x'");
    assertThatThrownBy(() -> after(freezing("weight,bias,dss"), 0))
        .hasMessageContaining("something left to learn");
    assertThatThrownBy(() -> TinyRun.config(ALL, "{\"lr_groups\": \"dss\"}"))
        .hasMessage("lr_groups is 'dss', expected name=lr, such as token_emb=1e-5,dss=1e-4");
    assertThatThrownBy(() -> TinyRun.config(ALL, "{\"lr_groups\": \"dss=-1\"}"))
        .hasMessage("lr_groups dss is -1.0, expected above 0");
    assertThatThrownBy(() -> freezing("dss,"))
        .hasMessage("freeze is an empty name, expected names");
  }

  @Test
  void wrongRatesAreQuotedInOneLineAndANameThatIsGivenTwiceIsRefused() {
    assertThatThrownBy(() -> TinyRun.config(ALL, "{\"lr_groups\": \"a\\nb\\u0007\"}"))
        .hasMessage("lr_groups is 'a b', expected name=lr, such as token_emb=1e-5,dss=1e-4");
    assertThatThrownBy(() -> TinyRun.config(ALL, "{\"lr_groups\": \"a\\nb=-1\"}"))
        .hasMessage("lr_groups a b is -1.0, expected above 0");
    assertThatThrownBy(() -> after(TinyRun.config(ALL, "{\"lr_groups\": \"a\\nb=1\"}"), 0))
        .hasMessageStartingWith("lr_groups names 'a b'");
    assertThatThrownBy(() -> TinyRun.config(ALL, "{\"lr_groups\": \"dss=1e-4,dss=1e-3\"}"))
        .hasMessage("lr_groups is dss twice, expected each name once");
  }
}
