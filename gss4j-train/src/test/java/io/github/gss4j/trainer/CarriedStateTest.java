package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.batches.CountingText;
import io.github.gss4j.batches.LongStretches;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Long documents, block by block. */
class CarriedStateTest {
  private static final String GSS = "{}";
  private static final String MHESA = "{\"mixer\": \"mhesa\", \"heads\": 2, \"dim_mhesa\": 8}";
  private static final String DSCONV =
      "{\"mixer\": \"dsconv\", \"heads\": 2, \"dim_dsconv\": 8, \"max_seq_len\": 256}";
  private static final String HYBRID =
      "{\"layers\": [\"gss\", \"attention\"], \"attention_heads\": 2, \"attention_window\": 16}";

  @TempDir Path directory;

  private static TrainConfig config(String dtype, String layers) {
    TrainConfig tiny = TinyRun.config(TinyRun.config(dtype), layers);
    return TinyRun.config(tiny, "{\"carry_state\": true}");
  }

  @ParameterizedTest
  @ValueSource(strings = {GSS, MHESA, DSCONV, HYBRID})
  void blocksHaveTheLossOfTheWhole(String layers) {
    TrainConfig config = config("float64", layers);
    Tensor all = TinyRun.ids(1, 2, 97);
    try (PointerScope scope = new PointerScope();
        LanguageModel model = TinyRun.model(config);
        PassedStates carried = new PassedStates(model, 1)) {
      model.parameters().forEach(p -> Autograd.require(p.value()));
      double whole = loss(model, all, SequenceForm.WHOLE);
      double blocks = 0;
      for (int i = 0; i < 3; i++) {
        carried.begin(0, i == 0, i == 0);
        blocks += loss(model, all.narrow(1, 32L * i, 33).contiguous(), carried) / 3;
      }
      assertThat(blocks).isCloseTo(whole, within(1e-10 * whole));
      carried.begin(0, true, true);
      double anew = loss(model, all.narrow(1, 64, 33).contiguous(), carried);
      carried.begin(0, true, true);
      assertThat(loss(model, all.narrow(1, 64, 33).contiguous(), carried)).isEqualTo(anew);
    }
  }

  @Test
  void eachTurnContinuesWhatItLeftItself() {
    TrainConfig config = config("float64", HYBRID);
    Tensor one = TinyRun.ids(1, 2, 65);
    Tensor two = TinyRun.ids(2, 2, 65);
    try (PointerScope scope = new PointerScope();
        LanguageModel model = TinyRun.model(config);
        PassedStates turns = new PassedStates(model, 2)) {
      model.parameters().forEach(p -> Autograd.require(p.value()));
      List<Double> inTurns = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        turns.begin(i % 2, i < 2, i < 2);
        Tensor block = (i % 2 == 0 ? one : two).narrow(1, i < 2 ? 0 : 32, 33).contiguous();
        inTurns.add(loss(model, block, turns));
      }
      for (int t = 0; t < 2; t++) {
        double whole = loss(model, t == 0 ? one : two, SequenceForm.WHOLE);
        assertThat((inTurns.get(t) + inTurns.get(t + 2)) / 2)
            .isCloseTo(whole, within(1e-10 * whole));
      }
    }
  }

  private static double loss(LanguageModel model, Tensor ids, SequenceForm<?> form) {
    ShardingStrategy alone = ShardingStrategy.alone(model.parameters());
    try (GradientPass<?> pass = new GradientPass<>(model, alone, ids.size(1) - 1, false, form)) {
      return pass.add(ids, true, 1, new CrossEntropy()).value();
    }
  }

  /** The gradient of one block's loss, with the state before it held fast. */
  @ParameterizedTest
  @ValueSource(strings = {GSS, MHESA, DSCONV, HYBRID})
  void aBlocksGradientIsThatOfFiniteDifferences(String layers) {
    TrainConfig config = config("float64", layers);
    try (PointerScope scope = new PointerScope();
        LanguageModel model = TinyRun.model(config);
        PassedStates carried = new PassedStates(model, 1)) {
      model.parameters().forEach(p -> Autograd.require(p.value()));
      carried.begin(0, true, true);
      loss(model, TinyRun.ids(1, 2, 33), carried);
      model.parameters().forEach(p -> p.value().mutable_grad().reset());
      carried.begin(0, false, false);
      Tensor block = TinyRun.ids(2, 2, 33);
      loss(model, block, carried);
      Map<Parameter, double[]> gradients = new LinkedHashMap<>();
      for (Parameter p : model.parameters()) {
        gradients.put(p, Tensors.toDoubles(Autograd.gradient(p.value())));
      }
      for (Parameter p : model.parameters()) {
        double[] gradient = gradients.get(p);
        int at = 3 % gradient.length;
        double h = 1e-5;
        double slope =
            (moved(model, p, at, h, block, carried) - moved(model, p, at, -h, block, carried))
                / (2 * h);
        assertThat(gradient[at])
            .as(p.name())
            .isCloseTo(slope, within(1e-8 + 1e-5 * Math.abs(slope)));
      }
    }
  }

  private static double moved(
      LanguageModel model, Parameter p, int at, double by, Tensor ids, PassedStates carried) {
    move(p, at, by);
    double loss = loss(model, ids, carried);
    move(p, at, -by);
    return loss;
  }

  private static void move(Parameter p, int at, double by) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      p.value().view(-1).narrow(0, at, 1).add_(new Scalar(by));
    }
  }

  @Test
  void layersComputedAgainGiveTheSameBits() {
    TrainConfig kept = config("float32", HYBRID);
    TrainConfig again = TinyRun.config(kept, "{\"checkpoint_layers\": true}");
    LongStretches text = new LongStretches(new CountingText(700), kept, 0, 1);
    try (LanguageModel one = TinyRun.model(kept);
        LanguageModel two = TinyRun.model(again);
        Trainer<BatchSource> first = TrainableLanguageModel.trainer(one, kept);
        Trainer<BatchSource> second = TrainableLanguageModel.trainer(two, again)) {
      for (int i = 0; i < 12; i++) {
        assertThat(second.step(text)).isEqualTo(first.step(text));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GSS, MHESA, DSCONV, HYBRID})
  void aRunOutOfACheckpointGoesOnToTheSameBits(String layers) throws IOException {
    goesOnToTheSameBits(
        TinyRun.config(config("float32", layers), "{\"accumulate\": 2, \"dtype\": \"bfloat16\"}"));
  }

  /** Three micro-batches take turns: after two steps of one, the third is still to come. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void soDoesOneWithMoreOpenStretches(int accumulate) throws IOException {
    String open = "{\"carry_open\": 5, \"carry_length\": 64, \"accumulate\": %d}";
    goesOnToTheSameBits(TinyRun.config(config("float32", HYBRID), open.formatted(accumulate)));
  }

  private void goesOnToTheSameBits(TrainConfig config) throws IOException {
    LongStretches text = new LongStretches(new CountingText(500), config, 0, 1);
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      trainer.step(text);
      trainer.step(text);
      SavedTrainer saved = SavedTrainer.of(trainer, directory);
      try (LanguageModel loaded =
              PretrainedModel.loadToTrain(
                  StoredModel.open(directory),
                  Precision.forTraining(config.compute().dtype()),
                  Tensors.device("cpu"));
          Trainer<BatchSource> other = TrainableLanguageModel.trainer(loaded, config)) {
        saved.restore(other);
        for (int i = 0; i < 6; i++) {
          assertThat(other.step(text)).isEqualTo(trainer.step(text));
        }
      }
    }
  }

  /** Of equal size or not: it is of another place in the text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"batch\": 3}",
        "{\"batch\": 4, \"seq_len\": 16}",
        "{\"seq_len\": 16}",
        "{\"accumulate\": 2}",
        "{\"seq_len\": 16, \"accumulate\": 3}"
      })
  void aStateThatWasCarriedElsewhereBeginsAnew(String change) throws IOException {
    TrainConfig config = config("float64", GSS);
    TrainConfig changed = TinyRun.config(config, change);
    LongStretches text = new LongStretches(new CountingText(4000), config, 0, 1);
    LongStretches cutAnew = new LongStretches(new CountingText(4000), changed, 0, 1);
    SavedTrainer saved;
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      for (int i = 0; i < 3; i++) {
        trainer.step(text);
      }
      saved = SavedTrainer.of(trainer, directory);
    }
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    Logger log = (Logger) LoggerFactory.getLogger(StartingStates.class);
    log.addAppender(said);
    assertThat(next(saved, changed, cutAnew, names -> true))
        .isEqualTo(next(saved, changed, cutAnew, names -> !names.startsWith("state.")))
        .isNotEqualTo(next(saved, config, text, names -> true));
    log.detachAppender(said);
    assertThat(said.list).hasSize(1);
    assertThat(said.list.get(0).getMessage()).contains("another place in the text");
  }

  @Test
  void aStateOfAnotherTextOrOfAnEarlierVersionBeginsAnew() throws IOException {
    TrainConfig config = config("float64", GSS);
    LongStretches text = new LongStretches(new CountingText(4000), config, 0, 1);
    SavedTrainer saved;
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      trainer.step(text);
      saved = SavedTrainer.of(trainer, directory);
    }
    StepMetrics anew = next(saved, config, text, name -> !name.startsWith("state."));
    assertThat(next(saved, config, text, name -> true)).isNotEqualTo(anew);
    assertThat(next(saved, config, text, name -> !name.equals("state.position"))).isEqualTo(anew);
    LongStretches longer = new LongStretches(new CountingText(4001 + 64), config, 0, 1);
    assertThat(next(saved, config, longer, name -> true))
        .isEqualTo(next(saved, config, longer, name -> !name.startsWith("state.")));
  }

  /** The next step out of the checkpoint, some of whose state is there. */
  private static StepMetrics next(
      SavedTrainer saved, TrainConfig config, BatchSource text, Predicate<String> kept) {
    try (LanguageModel loaded =
            PretrainedModel.load(saved.directory(), Precision.FLOAT64, Tensors.device("cpu"));
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(loaded, config)) {
      saved.restore(trainer, kept);
      return trainer.step(text);
    }
  }

  @Test
  void statesThatGrowDoNotTakeTurns() {
    TrainConfig config = TinyRun.config(config("float32", DSCONV), "{\"carry_open\": 8}");
    try (LanguageModel model = TinyRun.model(config)) {
      assertThatThrownBy(() -> TrainableLanguageModel.trainer(model, config))
          .hasMessageContaining("carry_open is 8, expected 0 with dsconv layers");
    }
  }
}
