package io.github.gss4j.config.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.trainer.TinyRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A run's configuration and its JSON. */
class TrainConfigTest {
  private static TrainConfig parse(ObjectNode json) {
    return TrainConfig.from(new JsonFields("run.json", json), TinyRun.config("float32"));
  }

  @Test
  void jsonHoldsAllOfIt() {
    TrainConfig config =
        new TrainConfig(
            new DataConfig("d", "g", 0.25),
            TinyRun.MODEL.withTokenizer("bytes"),
            new BatchConfig(2, 3, true, 4, new StateConfig(true, 7, 6, 5, 0)),
            new OptimizerConfig(OptimizerConfig.Kind.ADAM, 0.1, 0.2, 0.3, 0.4, 0.5, true, 0.6),
            new Schedule(1, 5, new Decay.WarmRestarts(0.6, 7, 2)),
            new ObjectiveConfig("alternating", "t", 2, 0.5, "step", "bfloat16", "c", 7),
            new FineTuning("m", 5, "e", List.of("f", "g.h"), Map.of("r.s", 0.7)),
            new IntervalConfig(7, 8, 9, 10, "ä", 0.25),
            new LongRun(3, 4, 0.5, 6),
            new ComputeConfig("float64", "cuda:1", true),
            1L << 60);
    assertThat(parse(config.toJson())).isEqualTo(config);
  }

  @Test
  void aMissingFieldHasItsDefault() {
    ObjectNode json = TinyRun.config("float64").toJson();
    json.remove("dtype");
    assertThat(parse(json)).isEqualTo(TinyRun.config("float32"));
  }

  @Test
  void anUnknownKeyIsAnErrorThatNamesTheNearest() {
    ObjectNode json = TinyRun.config("float32").toJson().put("warm_up", 3);
    assertThatThrownBy(() -> parse(json))
        .hasMessageContaining("'warm_up'")
        .hasMessageContaining("'warmup'");
  }

  @Test
  void aMicroBatchThatNoArrayHoldsIsRefused() {
    ObjectNode json = TinyRun.config("float32").toJson();
    json.put("batch", 1 << 20).put("seq_len", 1 << 20);
    assertThatThrownBy(() -> parse(json)).hasMessageContaining("batch × (seq_len + 1)");
    json.put("batch", 1).put("seq_len", Integer.MAX_VALUE);
    assertThatThrownBy(() -> parse(json)).hasMessageContaining("batch × (seq_len + 1)");
  }

  @Test
  void schedulesHaveTheirOwnKeys() {
    ObjectNode json = TinyRun.config("float32").toJson(); // constant
    assertThat(json.has("final_lr")).isFalse();
    json.put("schedule", "linear").put("final_lr", 0.25);
    assertThat(parse(json).schedule().decay()).isEqualTo(new Decay.Linear(0.25));
    json.put("schedule", "restarts").put("restart_every", 9);
    assertThat(parse(json).schedule().decay()).isEqualTo(new Decay.WarmRestarts(0.25, 9, 1));
    json.put("schedule", "cosine");
    assertThatThrownBy(() -> parse(json)).hasMessageContaining("restart_every");
    json.put("schedule", "constant").remove("restart_every");
    assertThatThrownBy(() -> parse(json))
        .hasMessageContaining("final_lr is 0.25")
        .hasMessageContaining("schedule constant");
    json.put("schedule", "step");
    assertThatThrownBy(() -> parse(json)).hasMessageContaining("schedule is 'step'");
  }

  @Test
  void rangesOfLongRunsAreChecked() {
    for (String wrong : new String[] {"keep", "max_bad_steps"}) {
      ObjectNode json = TinyRun.config("float32").toJson().put(wrong, 0);
      assertThatThrownBy(() -> parse(json)).hasMessageContaining(wrong + " is 0, expected");
    }
    ObjectNode json = TinyRun.config("float32").toJson().put("ema", 1);
    assertThatThrownBy(() -> parse(json)).hasMessageContaining("ema is 1.0");
  }
}
