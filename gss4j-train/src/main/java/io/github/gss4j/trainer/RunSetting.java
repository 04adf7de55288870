package io.github.gss4j.trainer;

import io.github.gss4j.data.TrainingText;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.tokenizer.Tokenizer;

/**
 * What a run is made of. All of it comes from outside and stays open for as long as the run is.
 *
 * @param distribution how ranks share the work
 * @param listener hears of the run on the first rank, nobody on the others
 */
record RunSetting(
    TrainConfig config,
    Distribution distribution,
    RunDirectory directory,
    TrainingText corpus,
    Tokenizer tokenizer,
    RunTeacher teacher,
    RunListener listener) {
  /** Silences the ranks that are not the first. */
  RunSetting {
    listener = distribution.group().isFirst() ? listener : new RunListener() {};
  }

  ProcessGroup group() {
    return distribution.group();
  }

  boolean isFirst() {
    return group().isFirst();
  }

  /** Tokens of one step, of all ranks together. */
  long tokensPerStep() {
    return config.tokensPerStep() * group().world();
  }
}
