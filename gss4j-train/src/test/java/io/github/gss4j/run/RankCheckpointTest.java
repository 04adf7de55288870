package io.github.gss4j.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.Ranks;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.trainer.TrainableLanguageModel;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints that some ranks wrote, and others read. */
class RankCheckpointTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int BATCH = 6;
  private static final int HALF = 5;

  @TempDir Path directory;

  private static TrainConfig config(int worldSize, String optimizer) {
    String averaged =
        "{\"ema\": 0.9, \"freeze\": \"layers.1.norm\", \"optimizer\": \"%s\", \"state_passing\": 4}"
            .formatted(optimizer);
    TrainConfig tiny = TinyRun.config("float64", BATCH / worldSize, 1, false, false);
    return TinyRun.config(tiny, averaged);
  }

  /** Some steps from the start or a checkpoint; writes one where there is none. */
  private List<Double> train(
      Distribution distribution, String optimizer, boolean resume, Path checkpoint, int steps)
      throws IOException {
    int worldSize = distribution.group().worldSize();
    TrainConfig config = config(worldSize, optimizer);
    BatchSource batches =
        (step, micro) ->
            TinyRun.ids(step, BATCH, 33)
                .narrow(
                    0,
                    (long) distribution.group().rank() * config.batch().size(),
                    config.batch().size())
                .clone();
    List<Double> losses = new ArrayList<>();
    try (LanguageModel model =
            resume
                ? PretrainedModel.loadToTrain(
                    StoredModel.open(checkpoint), Precision.FLOAT64, Tensors.device("cpu"))
                : TinyRun.model(config);
        Trainer<BatchSource> trainer =
            TrainableLanguageModel.trainer(model, config, Objective.crossEntropy(), distribution)) {
      if (resume) {
        RunCheckpoint.read(checkpoint, Score.LOSS).restore(trainer, checkpoint);
      }
      for (int i = 0; i < steps; i++) {
        losses.add(trainer.step(batches).loss());
      }
      if (!resume && checkpoint != null) {
        new RunCheckpoint(
                trainer.progress(), false, Score.LOSS, 1, 0, "", Map.of(), Optional.empty())
            .write(trainer, checkpoint);
      }
    }
    return losses;
  }

  @ParameterizedTest
  @CsvSource({
    "3, FULL, 3, FULL, adamw",
    "2, FULL, 3, OPTIMIZER, adamw",
    "2, OPTIMIZER, 1, NONE, adamw",
    "1, NONE, 2, FULL, adamw",
    "2, NONE, 3, FULL, adamw",
    "3, FULL, 2, FULL, muon",
    "2, OPTIMIZER, 1, NONE, muon",
    "1, NONE, 3, OPTIMIZER, muon",
    "1, NONE, 1, NONE, muon"
  })
  void otherRanksGoOnWhereTheseStopped(
      int before, ShardingMode shard, int after, ShardingMode then, String optimizer)
      throws Exception {
    Path checkpoint = Files.createDirectories(directory.resolve("checkpoint"));
    List<Double> unbroken = train(Distribution.single(), optimizer, false, null, 2 * HALF);
    List<Double> first = on(before, shard, optimizer, false, checkpoint);
    List<Double> second = on(after, then, optimizer, true, checkpoint);
    List<Double> all = new ArrayList<>(first);
    all.addAll(second);
    for (int i = 0; i < unbroken.size(); i++) {
      assertThat(all.get(i)).as("step %d", i + 1).isCloseTo(unbroken.get(i), within(1e-10));
    }
    if (before == 1 && after == 1) {
      assertThat(all).isEqualTo(unbroken); // to the bit
    }
    boolean byUnits = before > 1 && shard != ShardingMode.NONE;
    assertThat(Files.exists(checkpoint.resolve("model.safetensors"))).isEqualTo(!byUnits);
  }

  private List<Double> on(
      int worldSize, ShardingMode shard, String optimizer, boolean resume, Path checkpoint)
      throws Exception {
    if (worldSize == 1) {
      return train(Distribution.single(), optimizer, resume, checkpoint, HALF);
    }
    return Ranks.run(
            worldSize,
            TIMEOUT,
            group ->
                train(new Distribution(group, shard, false), optimizer, resume, checkpoint, HALF))
        .get(0);
  }
}
