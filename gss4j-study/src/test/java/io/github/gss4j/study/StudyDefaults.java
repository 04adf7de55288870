package io.github.gss4j.study;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.ComputeConfig;
import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;

/** What holds in tests of studies where their files say nothing. */
public final class StudyDefaults {
  /** A small run on the CPU. */
  public static final TrainConfig TRAIN =
      TrainConfig.defaults()
          .with(
              ModelConfig.of(256, 16, 2)
                  .withOptions(new GssConfig(8, 8, true))
                  .withTokenizer("bytes"))
          .with(new BatchConfig(2, 1, false, 32, StateConfig.NONE))
          .with(OptimizerConfig.DEFAULT.withLr(1e-2).withWeightDecay(0, false))
          .with(new Schedule(10, 2, new Decay.Cosine(0.1)))
          .with(new IntervalConfig(4, 512, 0, 0, "the ", 0.7))
          .with(new ComputeConfig("float32", "cpu", false));

  private StudyDefaults() {}
}
