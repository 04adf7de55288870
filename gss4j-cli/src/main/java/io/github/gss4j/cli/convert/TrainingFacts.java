package io.github.gss4j.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.cli.options.JsonFile;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a model was trained, from the run that it lies in.
 *
 * @param settings the run's configuration
 * @param state of the run when the model was saved: step, seconds, environment
 * @param evaluation the last one after that step
 */
record TrainingFacts(
    JsonNode settings, JsonNode state, Optional<MetricLine.Evaluation> evaluation) {
  private static final List<String> SHOWN =
      List.of(
          "data",
          "glob",
          "steps",
          "batch",
          "accumulate",
          "seq_len",
          "optimizer",
          "lr",
          "warmup",
          "final_lr",
          "weight_decay",
          "grad_clip",
          "dtype",
          "seed");

  /** The facts of a model in a run's checkpoint; empty for any other. */
  static Optional<TrainingFacts> of(Path model) throws IOException {
    Path checkpoint = model.toRealPath();
    RunDirectory run = new RunDirectory(checkpoint.resolveSibling("."));
    Path training = checkpoint.resolve("training.json");
    if (!run.isUsed() || !Files.exists(training)) {
      return Optional.empty();
    }
    JsonNode state = JsonFile.read(training);
    long step = state.path("step").asLong();
    List<MetricLine> lines =
        Files.exists(run.metrics()) ? MetricsLog.read(run.metrics()) : List.of();
    Optional<MetricLine.Evaluation> last =
        lines.stream()
            .filter(line -> line.step() == step)
            .filter(MetricLine.Evaluation.class::isInstance)
            .map(MetricLine.Evaluation.class::cast)
            .reduce((first, second) -> second);
    return Optional.of(new TrainingFacts(JsonFile.read(run.config()), state, last));
  }

  private long tokens() {
    return state.path("step").asLong()
        * settings.path("batch").asLong()
        * settings.path("accumulate").asLong()
        * settings.path("seq_len").asLong();
  }

  /** As Markdown. */
  String text() {
    List<String> lines = new ArrayList<>(List.of("## Training", "", "| setting | value |"));
    lines.add("| --- | --- |");
    for (String key : SHOWN) {
      String value = settings.path(key).asText();
      if (!value.isEmpty()) {
        lines.add("| " + key + " | " + value.replace("|", "\\|") + " |");
      }
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "These weights are those after step %,d: %,d tokens in %,.0f s of training on %s (%s"
                + " threads).",
            state.path("step").asLong(),
            tokens(),
            state.path("seconds").asDouble(),
            state.path("environment").path("processor").asText("a processor not known"),
            state.path("environment").path("threads").asText("?")));
    evaluation.ifPresent(
        e ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "On %s of the held-out text: loss %.4f nats per token, perplexity %.2f, %.4f"
                        + " bits per byte, over %,d tokens.",
                    e.whole() ? "all" : "a part",
                    e.evalLoss(),
                    e.perplexity(),
                    e.bitsPerByte(),
                    e.tokens())));
    return String.join("\n", lines) + "\n";
  }
}
