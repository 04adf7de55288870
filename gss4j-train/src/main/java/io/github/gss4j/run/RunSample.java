package io.github.gss4j.run;

import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import java.nio.charset.StandardCharsets;

/** Generates a sample with a run's model, averaged where the run averages: on the first rank. */
final class RunSample {
  private static final int BYTES = 400;

  private final RunSetup setup;
  private final Trainer<?> trainer;
  private final LanguageModel model;

  RunSample(RunSetup setup, Trainer<?> trainer, LanguageModel model) {
    this.setup = setup;
    this.trainer = trainer;
    this.model = model;
  }

  /** Writes a text; on all ranks at once. */
  MetricLine.Sample write() {
    String prompt = intervals().prompt();
    String text;
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      text = setup.isFirst() ? after(prompt) : "";
      setup.group().barrier();
    }
    setup.listener().sampled(trainer.steps(), prompt, text);
    return new MetricLine.Sample(trainer.steps(), prompt, text);
  }

  private String after(String prompt) {
    Tokenizer tokenizer = setup.tokenizer();
    try (TorchModel engine = TorchModel.of(model)) {
      TextGenerator generator = new TextGenerator(engine, tokenizer);
      Sampling sampling =
          Sampling.seeded(setup.config().seed())
              .withTemperature(intervals().sampleTemperature())
              .withTopP(0.95);
      int given = tokenizer.encode(prompt).length;
      int limit = model.config().maxSeqLen().orElse(Integer.MAX_VALUE) - given;
      int tokens = Math.min(limit, tokensOf(BYTES, prompt, given));
      return tokens < 1
          ? ""
          : generator.generate(prompt, GenerationOptions.of(tokens, sampling)).text();
    }
  }

  /** As many tokens as so many bytes take where they are like those of the prompt. */
  private static int tokensOf(int bytes, String prompt, int tokens) {
    int ofPrompt = prompt.getBytes(StandardCharsets.UTF_8).length;
    return ofPrompt == 0 ? bytes : (int) Math.ceil((double) bytes * tokens / ofPrompt);
  }

  private IntervalConfig intervals() {
    return setup.config().intervals();
  }
}
