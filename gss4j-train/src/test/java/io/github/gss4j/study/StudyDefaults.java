package io.github.gss4j.study;

import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.trainer.FineTuning;
import io.github.gss4j.trainer.LongRun;
import io.github.gss4j.trainer.ObjectiveConfig;
import io.github.gss4j.trainer.TrainConfig;

/** What holds in tests of studies where their files say nothing. */
public final class StudyDefaults {
  /** A small run on the CPU. */
  public static final TrainConfig TRAIN =
      new TrainConfig(
          ModelConfig.of(256, 16, 2).withOptions(new DssConfig(8, 8, true)).withTokenizer("bytes"),
          new OptimizerConfig(OptimizerConfig.Kind.ADAMW, 1e-2, 0.9, 0.98, 1e-8, 0, false, 1),
          ObjectiveConfig.CROSS_ENTROPY,
          10,
          2,
          1,
          false,
          32,
          2,
          new Decay.Cosine(0.1),
          1,
          "float32",
          "cpu",
          false,
          false,
          FineTuning.NONE,
          new TrainConfig.Watch(4, 512, 0, 0, "the "),
          LongRun.DEFAULT,
          new TrainConfig.DataConfig("java", "", 0));

  private StudyDefaults() {}
}
