package io.github.gss4j.cli;

import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.ops.Native;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.trainer.FineTuning;
import io.github.gss4j.trainer.LongRun;
import io.github.gss4j.trainer.ObjectiveConfig;
import io.github.gss4j.trainer.TrainConfig;

/** What holds where the user says nothing. */
final class Presets {
  private Presets() {}

  /** {@code gss demo}: about three minutes on two cores. */
  static TrainConfig demo() {
    ModelConfig model =
        ModelConfig.of(256, 256, 4)
            .withOptions(new DssConfig(64, 128, true))
            .withTokenizer(ByteTokenizer.NAME)
            .withHead(false, true);
    return new TrainConfig(
        model,
        new OptimizerConfig(OptimizerConfig.Kind.ADAMW, 4e-3, 0.9, 0.98, 1e-8, 0.05, false, 1.0),
        ObjectiveConfig.CROSS_ENTROPY,
        800,
        8,
        1,
        false,
        512,
        50,
        new Decay.Cosine(0.02),
        1,
        Native.hasFastBfloat16() ? "bfloat16" : "float32",
        "cpu",
        false,
        false,
        FineTuning.NONE,
        new TrainConfig.Watch(200, 65_536, 200, 400, "public static "),
        LongRun.DEFAULT,
        new TrainConfig.DataConfig("java", "", 0));
  }

  /** {@code gss train}: the demo's model on a longer run. */
  static TrainConfig train() {
    return demo();
  }
}
