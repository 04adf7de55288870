package io.github.gss4j.cli.inference;

import io.github.gss4j.GssModel;
import io.github.gss4j.checkpoint.StateFile;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Session;
import io.github.gss4j.generation.TextGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Where what a model remembers comes from and goes to. */
final class StateOptions {
  @Option(
      names = "--load-state",
      paramLabel = "FILE",
      description = "continue from a saved state; the prompt is read after it and may be left out")
  private Path loadState;

  @Option(
      names = "--save-state",
      paramLabel = "FILE",
      description = "save the state at the end, to continue from later")
  private Path saveState;

  /** Whether there is a state to continue from. */
  boolean loads() {
    return loadState != null;
  }

  /** Continues prompts, or from one prompt after a kept state. */
  List<Generated> generate(
      GssModel model,
      List<int[]> prompts,
      GenerationOptions options,
      TextGenerator.Listener listener)
      throws IOException {
    if (loadState == null && saveState == null) {
      return new TextGenerator(model.model(), model.tokenizer().orElse(null))
          .generate(prompts, options, listener);
    }
    if (prompts.size() > 1) {
      throw new IllegalArgumentException("a state is of one text: give one prompt");
    }
    if (saveState != null) {
      StateFile.checkTarget(saveState);
    }
    try (Session session = loadState == null ? model.session() : model.session(loadState)) {
      Generated generated =
          session.generate(prompts.get(0), options, TextGenerator.telling(listener, 0));
      if (saveState != null) {
        session.save(saveState);
      }
      return List.of(generated);
    }
  }
}
