package io.github.gss4j.cli;

import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.weights.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Where what a model remembers comes from and goes to. */
final class StateOptions {
  @Option(
      names = "--load-state",
      paramLabel = "FILE",
      description = "go on from a saved state; the prompt is read after it and may be left out")
  private Path loadState;

  @Option(
      names = "--save-state",
      paramLabel = "FILE",
      description = "keep what the model remembers at the end, to go on from later")
  private Path saveState;

  /** Whether there is a state to go on from. */
  boolean loads() {
    return loadState != null;
  }

  /** Writes on from prompts, or from one prompt after a kept state. */
  List<Generated> generate(
      LanguageModel model,
      TextGenerator generator,
      List<int[]> prompts,
      GenerationOptions options,
      TextGenerator.Listener listener)
      throws IOException {
    if (loadState == null && saveState == null) {
      return generator.generate(prompts, options, listener);
    }
    if (prompts.size() > 1) {
      throw new IllegalArgumentException("a state is of one text: give one prompt");
    }
    ModelState from =
        loadState == null ? generator.initialState() : StateFile.load(loadState, model);
    TextGenerator.Continued continued =
        generator.continueFrom(from, prompts.get(0), options, listener);
    from.release();
    if (saveState != null) {
      StateFile.save(continued.state(), model, saveState);
    }
    continued.state().release();
    return List.of(continued.generated());
  }
}
