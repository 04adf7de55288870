package io.github.gss4j.trainer;

import io.github.gss4j.config.Checks;
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
  /** Silences the ranks that are not the first; refuses a text that nothing can be measured by. */
  RunSetting {
    Checks.that(
        corpus.heldOut().size() >= Evaluator.FEWEST_TOKENS,
        "the held-out text",
        corpus.heldOut().size() + " tokens long",
        "at least " + Evaluator.FEWEST_TOKENS + ": give more text, or a larger --held-out");
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
