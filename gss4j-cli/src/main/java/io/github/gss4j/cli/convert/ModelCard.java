package io.github.gss4j.cli.convert;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.inspect.ModelFacts;
import io.github.gss4j.config.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The {@code README.md} of a model on the hub: front matter that the hub reads, sizes, and how it
 * was trained where the model comes from a run.
 *
 * @param config as it stands beside the card
 * @param options what the user says of it
 */
record ModelCard(StoredModel model, ModelConfig config, CardOptions options) {
  private static final String FILE = "README.md";

  /** Writes the card; one that the model brought along is kept instead. */
  void write(Path directory, String name) throws IOException {
    Path own = model.directory().resolve(FILE);
    if (!Files.exists(own)) {
      Files.writeString(directory.resolve(FILE), text(name));
    } else if (options.given()) {
      throw new IllegalArgumentException(
          own
              + " is the model's own card and is kept: leave out --license, --dataset and"
              + " --language, and change the card by hand");
    } else {
      Files.copy(own, directory.resolve(FILE));
    }
  }

  private String text(String name) throws IOException {
    Optional<TrainingFacts> training = TrainingFacts.of(model.directory());
    return frontMatter()
        + String.format(
            Locale.ROOT,
            """

            # %s

            A gated state space language model (Mehta et al. 2022, arXiv 2206.13947) of %,d parameters.

            ## Configuration

            ```json
            %s
            ```

            %s## Use

            ```sh
            gss generate --model DIRECTORY --prompt "Once"
            ```

            Read and written by gss4j; the weights are `model.safetensors` under the names of the
            PyTorch package gated-state-spaces-pytorch.
            """,
            name,
            ModelFacts.parameters(model),
            config.toJson().toPrettyString(),
            training.map(facts -> facts.text() + "\n").orElse(""));
  }

  /** YAML: every value is quoted, for {@code no} is a language and false. */
  private String frontMatter() {
    StringBuilder yaml = new StringBuilder("---\n");
    yaml.append("license: \"").append(options.license == null ? "unknown" : options.license);
    yaml.append("\"\n");
    list(yaml, "language", options.languages);
    list(yaml, "datasets", options.datasets);
    list(yaml, "tags", List.of("gated-state-space", "state-space-model", "gss4j"));
    return yaml + "library_name: gss4j\npipeline_tag: text-generation\n---\n";
  }

  private static void list(StringBuilder yaml, String key, List<String> values) {
    if (!values.isEmpty()) {
      yaml.append(key).append(":\n");
      values.forEach(value -> yaml.append("- \"").append(value).append("\"\n"));
    }
  }
}
