package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.model.ModelConfig;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import io.github.gss4j.trainer.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The {@code README.md} of a model on the hub: front matter that the hub reads, sizes, and how it
 * was trained where the model comes from a run.
 */
final class ModelCard {
  private final StoredModel model;
  private final ModelConfig config;

  ModelCard(StoredModel model, ModelConfig config) {
    this.model = model;
    this.config = config;
  }

  /** Writes the card; one that the model brought along is kept instead. */
  void write(Path directory, Path name) throws IOException {
    Path card = directory.resolve("README.md");
    Path own = model.directory().resolve("README.md");
    if (Files.exists(own)) {
      Files.copy(own, card);
    } else {
      Files.writeString(card, text(name.toString()));
    }
  }

  private String text(String name) throws IOException {
    RunDirectory run = new RunDirectory(model.directory().toRealPath().resolveSibling("."));
    JsonNode facts =
        run.isUsed()
            ? new ObjectMapper().readTree(Files.readAllBytes(run.config()))
            : new ObjectMapper().createObjectNode();
    StringBuilder card =
        new StringBuilder("---\nlicense: unknown # say under which it may be used\n");
    if (facts.has("data")) {
      card.append("datasets:\n- ").append(quoted(facts.get("data").asText())).append('\n');
    }
    card.append("tags:\n- gated-state-space\n- state-space-model\n- gss4j\n- text-generation\n");
    card.append("library_name: gss4j\npipeline_tag: text-generation\n---\n\n# ").append(name);
    long parameters =
        model.shapes().values().stream()
            .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
            .sum();
    card.append(
        String.format(
            Locale.ROOT,
            "%n%nA gated state space language model (Mehta et al. 2022, arXiv 2206.13947) of %,d"
                + " parameters.%n%n",
            parameters));
    card.append("## Configuration\n\n```json\n");
    card.append(config.toJson().toPrettyString()).append("\n```\n");
    if (run.isUsed()) {
      training(card, facts, run);
    }
    card.append("\n## Use\n\n```sh\ngss generate --model DIRECTORY --prompt \"Once\"\n```\n");
    return card.toString();
  }

  private static void training(StringBuilder card, JsonNode facts, RunDirectory run)
      throws IOException {
    card.append("\n## Training\n\n| setting | value |\n| --- | --- |\n");
    for (String key :
        new String[] {
          "data",
          "steps",
          "batch",
          "accumulate",
          "seq_len",
          "optimizer",
          "lr",
          "warmup",
          "weight_decay",
          "grad_clip",
          "dtype",
          "seed"
        }) {
      if (facts.has(key)) {
        card.append("| ").append(key).append(" | ").append(facts.get(key).asText()).append(" |\n");
      }
    }
    MetricLine.Evaluation last = null;
    if (Files.exists(run.metrics())) {
      for (MetricLine line : MetricsLog.read(run.metrics())) {
        last = line instanceof MetricLine.Evaluation evaluation ? evaluation : last;
      }
    }
    if (last != null) {
      card.append(
          String.format(
              Locale.ROOT,
              "%nLast evaluation on held-out text, after step %d: loss %.4f nats a token,"
                  + " %.4f bits per byte.%n",
              last.step(),
              last.evalLoss(),
              last.bitsPerByte()));
    }
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
