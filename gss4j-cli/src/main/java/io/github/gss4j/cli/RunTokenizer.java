package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.Tokenizers;
import io.github.gss4j.trainer.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Which tokenizer a run cuts its text with. */
final class RunTokenizer {
  private static final String TOKENIZER = "tokenizer";
  private static final String NUM_TOKENS = "num_tokens";

  private RunTokenizer() {}

  /**
   * Opens it, and notes its name and, where they say nothing else, its size in the settings.
   *
   * @param settings of the run, as flags and file have them
   * @param resumed the directory of a run that goes on: it keeps a copy of its tokenizer
   */
  static Tokenizer choose(ObjectNode settings, TrainConfig byDefault, Optional<Path> resumed) {
    String spec = settings.path(TOKENIZER).asText("");
    if (spec.isEmpty()) {
      spec =
          Texts.preparedTokenizer(settings.path("data").asText(""))
              .orElse(byDefault.model().tokenizer());
    }
    Tokenizer tokenizer =
        Tokenizers.open(
            copy(spec, resumed).orElse(spec), settings.path(NUM_TOKENS).asInt(Integer.MAX_VALUE));
    settings.put(TOKENIZER, spec);
    if (!settings.hasNonNull(NUM_TOKENS)) {
      settings.put(NUM_TOKENS, tokenizer.size());
    }
    return tokenizer;
  }

  private static Optional<String> copy(String spec, Optional<Path> resumed) {
    return resumed
        .filter(run -> Tokenizers.isFile(spec))
        .map(run -> run.resolve(TokenizerJson.NAME))
        .filter(Files::exists)
        .map(Path::toString);
  }
}
