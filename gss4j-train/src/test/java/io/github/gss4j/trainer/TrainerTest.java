package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What optimizer steps do to losses, gradients and memory. */
class TrainerTest {
  private static final int LENGTH = 33;

  private static List<StepMetrics> train(TrainConfig config, int steps, BatchSource source) {
    List<StepMetrics> results = new ArrayList<>();
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      for (int i = 0; i < steps; i++) {
        results.add(trainer.step(source));
      }
    }
    return results;
  }

  private static BatchSource fresh(int batch) {
    return (step, micro) -> TinyRun.ids(step * 100 + micro, batch, LENGTH);
  }

  @Test
  void oneBatchIsLearnedByHeart() {
    BatchSource same = (step, micro) -> TinyRun.ids(1, 2, LENGTH);
    List<StepMetrics> results = train(TinyRun.config("float32"), 120, same);
    assertThat(results.get(0).loss()).isGreaterThan(3);
    assertThat(results.get(results.size() - 1).loss()).isLessThan(0.1);
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    for (String dtype : List.of("float32", "bfloat16")) {
      TrainConfig config = TinyRun.config(dtype);
      assertThat(train(config, 8, fresh(2))).isEqualTo(train(config, 8, fresh(2)));
    }
  }

  @Test
  void layersComputedAgainGiveTheSameBits() {
    List<StepMetrics> kept = train(TinyRun.config("float32", 2, 2, false, false), 8, fresh(2));
    List<StepMetrics> again = train(TinyRun.config("float32", 2, 2, false, true), 8, fresh(2));
    assertThat(again).isEqualTo(kept);
  }

  @Test
  void theMeanOfMicroBatchesIsOneLargerBatch() {
    BatchSource parts =
        (step, micro) -> TinyRun.ids(step, 4, LENGTH).narrow(0, 2L * micro, 2).clone();
    BatchSource whole = (step, micro) -> TinyRun.ids(step, 4, LENGTH);
    List<StepMetrics> small = train(TinyRun.config("float64", 2, 2, false, false), 10, parts);
    List<StepMetrics> large = train(TinyRun.config("float64", 4, 1, false, false), 10, whole);
    for (int i = 0; i < small.size(); i++) {
      assertThat(small.get(i).losses()).hasSize(2);
      assertThat(small.get(i).loss()).isCloseTo(large.get(i).loss(), within(1e-9));
      assertThat(small.get(i).gradNorm()).isCloseTo(large.get(i).gradNorm(), within(1e-9));
    }
  }

  @Test
  void theSumOfMicroBatchesIsTheirMeanTimesTheirNumber() {
    double mean =
        train(TinyRun.config("float64", 2, 3, false, false), 1, fresh(2)).get(0).gradNorm();
    double sum = train(TinyRun.config("float64", 2, 3, true, false), 1, fresh(2)).get(0).gradNorm();
    assertThat(sum).isCloseTo(3 * mean, within(1e-9 * sum));
  }

  @Test
  void weightsStayAsTheyAreWhereTheLossIsNotFinite() {
    TrainConfig config = TinyRun.config("float32");
    try (PointerScope scope = new PointerScope();
        LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      Tensor spoilt = model.parameters().get(0).value();
      Scopes.withoutGradient(() -> spoilt.fill_(new Scalar(Double.NaN)));
      String other = model.parameters().get(2).name();
      double[] before = TinyRun.weights(trainer).get(other);
      assertThatThrownBy(() -> trainer.step(fresh(2)))
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining("step 1")
          .hasMessageContaining("--lr");
      assertThat(TinyRun.weights(trainer).get(other)).isEqualTo(before);
      assertThat(trainer.steps()).isZero();
    }
  }
}
