package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.Ranks;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.model.LanguageModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a rank keeps when its gradients are whole, counted. */
class TrainingMemoryTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final TrainConfig CONFIG =
      TinyRun.config(
          TinyRun.config("float32"),
          "{\"dim\": 64, \"depth\": 3, \"dss_kernel_H\": 32, \"accumulate\": 2}");

  private static TrainingMemory held(Distribution distribution) {
    List<TrainingMemory> seen = new ArrayList<>();
    try (LanguageModel model = TinyRun.model(CONFIG);
        Trainer<BatchSource> trainer =
            TrainableLanguageModel.trainer(model, CONFIG, Objective.crossEntropy(), distribution)) {
      StepObserver count =
          new StepObserver() {
            @Override
            public void beforeUpdate(ShardingStrategy sharding) {
              seen.add(trainer.held());
            }

            @Override
            public void afterUpdate(ShardingStrategy sharding) {}
          };
      trainer.step((step, micro) -> TinyRun.ids(step, 2, 33), count);
      trainer.step((step, micro) -> TinyRun.ids(step, 2, 33), count);
      assertThat(trainer.held().gradients()).isZero();
      assertThat(seen.get(0)).isEqualTo(seen.get(1));
      assertThat(seen.get(0).parameters()).isLessThan(5 * trainer.trainableCount());
    }
    return seen.get(0);
  }

  @Test
  void twoFullyShardedRanksKeepHalfEach() throws Exception {
    TrainingMemory one = held(Distribution.single());
    assertThat(one.gradients()).isEqualTo(one.parameters());
    assertThat(one.moments()).isEqualTo(2 * one.parameters());

    for (TrainingMemory none : two(ShardingMode.NONE)) {
      assertThat(none.all()).isBetween(one.all(), one.all() * 102 / 100);
    }
    for (TrainingMemory optimizer : two(ShardingMode.OPTIMIZER)) {
      assertThat(optimizer.parameters()).isGreaterThanOrEqualTo(one.parameters());
      assertThat((double) parts(optimizer) / parts(one)).isBetween(0.49, 0.55);
    }
    for (TrainingMemory full : two(ShardingMode.FULL)) {
      assertThat((double) full.all() / one.all()).isBetween(0.49, 0.55);
    }
  }

  /** What ranks share out where they share the optimizer alone. */
  private static long parts(TrainingMemory held) {
    return held.gradients() + held.moments();
  }

  private static List<TrainingMemory> two(ShardingMode shard) throws Exception {
    return Ranks.run(2, TIMEOUT, group -> held(new Distribution(group, shard, false)));
  }
}
