package io.github.gss4j.run;

import io.github.gss4j.config.Checks;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.inputs.RunInputs;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.loop.LoopSetup;
import io.github.gss4j.tokenizer.Tokenizer;

/**
 * What a run consists of; all of it stays open as long as the run.
 *
 * @param inputs text, tokenizer and teacher
 * @param context its context; its listener is called on the first rank only
 */
record RunSetup(TrainConfig config, RunDirectory directory, RunInputs inputs, RunContext context) {
  /** Silences the ranks that are not the first; refuses a text that nothing can be measured by. */
  RunSetup {
    Checks.that(
        inputs.text().heldOut().size() >= Evaluator.FEWEST_TOKENS,
        "the held-out text",
        inputs.text().heldOut().size() + " tokens long",
        "at least " + Evaluator.FEWEST_TOKENS + ": give more text, or a larger --held-out");
    if (!context.distribution().group().isFirst()) {
      context = context.withListener(new RunListener() {});
    }
  }

  TrainingText corpus() {
    return inputs.text();
  }

  Tokenizer tokenizer() {
    return inputs.tokenizer();
  }

  RunListener listener() {
    return context.listener();
  }

  Distribution distribution() {
    return context.distribution();
  }

  ProcessGroup group() {
    return distribution().group();
  }

  boolean isFirst() {
    return group().isFirst();
  }

  /** What a loop needs of it. */
  LoopSetup loop() {
    return new LoopSetup(directory, distribution(), listener(), config.intervals());
  }

  /** Tokens of one step, of all ranks together. */
  long tokensPerStep() {
    return config.tokensPerStep() * group().worldSize();
  }
}
