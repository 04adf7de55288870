package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.batches.CorpusBatches;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TokenArray;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.Ranks;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However many ranks train and whatever each keeps: the losses are those of one. */
class RanksEqualOneTest {
  private static final int GLOBAL_BATCH = 12;
  private static final int LENGTH = 13;
  private static final int STEPS = 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String MIXERS =
      "{\"layers\": [\"gss\", \"mhesa\", \"dsconv\", \"attention\"], \"heads\": 2,"
          + " \"dim_mhesa\": 8, \"dim_dsconv\": 8, \"max_seq_len\": 64, \"attention_heads\": 2,"
          + " \"attention_window\": 8";

  /** All kinds of mixers, with one way of training each. */
  private enum Way {
    TIED(MIXERS + ", \"tie_embeddings\": true, \"accumulate\": 2, \"grad_clip\": 0.3}"),
    FROZEN(
        MIXERS
            + ", \"tie_embeddings\": false, \"freeze\": \"token_emb,layers.1,layers.2.norm\","
            + " \"checkpoint_layers\": true, \"ema\": 0.9, \"lr_groups\": \"layers.3=1e-3\"}"),
    STATES(
        "{\"layers\": [\"gss\", \"mhesa\", \"attention\"], \"heads\": 2, \"dim_mhesa\": 8,"
            + " \"attention_heads\": 2, \"attention_window\": 8, \"accumulate\": 2,"
            + " \"state_passing\": 5}"),
    MUON(MIXERS + ", \"optimizer\": \"muon\", \"weight_decay\": 0.1, \"freeze\": \"layers.1\"}");

    private final String json;

    Way(String json) {
      this.json = json;
    }

    TrainConfig config(int worldSize) {
      return TinyRun.config(
          TinyRun.config("float64", GLOBAL_BATCH / worldSize, 1, false, false), json);
    }
  }

  private static int threads;

  @BeforeAll
  static void oneThreadEach() {
    threads = Native.threads();
    Native.threads(1);
  }

  @AfterAll
  static void allThreads() {
    Native.threads(threads);
  }

  /** Losses, norms, then all weights and their averages. */
  private static List<Double> train(Way way, Distribution distribution) {
    ProcessGroup group = distribution.group();
    TrainConfig config = way.config(group.worldSize());
    List<Double> numbers = new ArrayList<>();
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer =
            TrainableLanguageModel.trainer(model, config, Objective.crossEntropy(), distribution)) {
      BatchSource batches =
          (step, micro) ->
              TinyRun.ids(step * 100 + micro, GLOBAL_BATCH, LENGTH)
                  .narrow(0, (long) group.rank() * config.batch().size(), config.batch().size())
                  .clone();
      for (int i = 0; i < STEPS; i++) {
        StepMetrics result = trainer.step(batches);
        numbers.addAll(result.losses());
        numbers.add(result.gradNorm());
      }
      try (TrainingState.Averaged averaged = trainer.averaged()) {
        for (Parameter p : model.parameters()) {
          for (double value : Tensors.toDoubles(p.value())) {
            numbers.add(value);
          }
        }
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @CsvSource({
    "2, NONE, TIED",
    "2, FULL, MUON",
    "3, NONE, STATES",
    "2, FULL, STATES",
    "3, NONE, MUON",
    "3, OPTIMIZER, MUON",
    "4, FULL, MUON",
    "2, OPTIMIZER, FROZEN",
    "2, FULL, TIED",
    "2, FULL, FROZEN",
    "3, NONE, FROZEN",
    "3, OPTIMIZER, TIED",
    "3, FULL, FROZEN",
    "4, NONE, TIED",
    "4, OPTIMIZER, FROZEN",
    "4, FULL, TIED"
  })
  void lossesAndWeightsAreThoseOfOneRankWithTheWholeBatch(
      int worldSize, ShardingMode shard, Way way) throws Exception {
    List<Double> one = train(way, Distribution.single());
    List<List<Double>> all =
        Ranks.run(worldSize, TIMEOUT, group -> train(way, new Distribution(group, shard, false)));
    for (List<Double> rank : all) {
      assertThat(rank).hasSameSizeAs(one).isEqualTo(all.get(0));
      for (int i = 0; i < one.size(); i++) {
        assertThat(rank.get(i))
            .as("number %d", i)
            .isCloseTo(one.get(i), within(1e-10 * Math.max(1, Math.abs(one.get(i)))));
      }
    }
  }

  @Test
  void gradientsThatTravelInBfloat16AreRoundedToItsEightBits() throws Exception {
    List<Double> one = train(Way.TIED, Distribution.single());
    for (ShardingMode shard : ShardingMode.values()) {
      List<Double> two =
          Ranks.run(2, TIMEOUT, group -> train(Way.TIED, new Distribution(group, shard, true)))
              .get(0);
      int firstNorm = 2; // after the losses of two micro-batches
      assertThat(two.get(0)).isCloseTo(one.get(0), within(1e-12));
      assertThat(two.get(firstNorm))
          .isNotEqualTo(one.get(firstNorm))
          .isCloseTo(one.get(firstNorm), withinPercentage(0.4));
      assertThat(two.get(3 * STEPS - 2)).isCloseTo(one.get(3 * STEPS - 2), withinPercentage(2));
    }
  }

  @Test
  void ranksReadTheSamplesOfOneRankInItsOrder() {
    long[] ids = TinyRun.values(1, 2000);
    TokenStore text = new TokenArray(ids);
    TrainConfig whole = TinyRun.config("float64", 6, 2, false, false);
    TrainConfig part = TinyRun.config("float64", 2, 2, false, false);
    BatchSource one = new CorpusBatches(text, whole, 0, 1);
    for (long step = 1; step < 12; step++) {
      for (int micro = 0; micro < 2; micro++) {
        List<Long> apart = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
          apart.addAll(all(new CorpusBatches(text, part, rank, 3).ids(step, micro)));
        }
        assertThat(apart).isEqualTo(all(one.ids(step, micro)));
      }
    }
  }

  private static List<Long> all(Tensor ids) {
    return Arrays.stream(Tensors.toLongs(ids)).boxed().toList();
  }
}
