package io.github.gss4j.study.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.study.ModelChoices;
import io.github.gss4j.study.StudyDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Every model on every probe, and a table of how many answers are right.
 *
 * @param models equal in size
 * @param probes what they are asked
 * @param times lengths of the questions, as multiples of the training's {@code seq_len}
 * @param seeds of the runs
 * @param sequences asked of each length
 */
public record ProbeStudy(
    ModelChoices models, List<Probe> probes, List<Integer> times, List<Long> seeds, int sequences) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * Reads a study: {@code probes}, {@code times}, {@code seeds}, {@code sequences}, {@code run}
   * (settings of all trainings) and {@code models} (settings of each).
   *
   * @param where the file, for messages
   * @param byDefault what holds where it says nothing
   */
  public static ProbeStudy read(String where, ObjectNode settings, TrainConfig byDefault) {
    JsonFields f = new JsonFields(where, settings);
    List<String> names = f.texts("probes");
    List<Probe> probes =
        names.isEmpty() ? List.of(Probe.values()) : names.stream().map(Probe::of).toList();
    int tokens = probes.stream().mapToInt(Probe::numTokens).max().orElseThrow();
    ObjectNode run = f.object("run").deepCopy();
    run.put("num_tokens", tokens).put("tokenizer", "");
    ProbeStudy study =
        new ProbeStudy(
            ModelChoices.read(where, run, f.object("models"), byDefault),
            probes,
            f.numbers("times", List.of(1.0, 2.0, 4.0)).stream().map(Double::intValue).toList(),
            f.numbers("seeds", List.of(1.0)).stream().map(Double::longValue).toList(),
            f.integer("sequences", 64));
    f.refuseUnknown();
    if (study.times.stream().anyMatch(t -> t < 1) || study.sequences < 1) {
      throw new IllegalArgumentException(
          where
              + ": times are "
              + study.times
              + " and sequences "
              + study.sequences
              + ", expected 1 or more");
    }
    return study;
  }

  /** How many runs there are. */
  public int runs() {
    return models.settings().size() * probes.size() * seeds.size();
  }

  /**
   * Makes all runs that were not made before, and writes {@code probes.json} and {@code probes.md}.
   *
   * @param directory where the runs' outcomes are, one file each
   * @param progress is told what was done
   * @param stop asked after every optimizer step
   * @return the table as Markdown; of what is there, if it was stopped
   */
  public String run(Path directory, Consumer<String> progress, BooleanSupplier stop)
      throws IOException {
    StudyDirectory.check(directory);
    ArrayNode all = JSON.createArrayNode();
    for (Probe probe : probes) {
      for (Map.Entry<String, TrainConfig> model : models.settings().entrySet()) {
        for (long seed : seeds) {
          TrainConfig config = model.getValue().withSeed(seed);
          String name = probe.text() + "-" + model.getKey() + "-seed" + seed;
          Path file = directory.resolve("runs").resolve(name + ".json");
          ObjectNode outcome = existing(file, config);
          if (outcome == null && !stop.getAsBoolean()) {
            outcome = run(probe, model.getKey(), config, stop);
            if (outcome != null) {
              AtomicFile.write(file, JSON.writeValueAsBytes(outcome));
              progress.accept(name);
            }
          }
          if (outcome != null) {
            all.add(outcome);
          }
        }
      }
    }
    AtomicFile.write(directory.resolve("probes.json"), JSON.writeValueAsBytes(all));
    String table = table(all);
    AtomicFile.write(directory.resolve("probes.md"), table);
    return table;
  }

  /** What was found by the same settings before, or null. */
  private ObjectNode existing(Path file, TrainConfig config) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    ObjectNode outcome = ConfigFile.read(file);
    StudyDirectory.refuseOthers(file, outcome.path("settings"), config);
    JsonNode asked = outcome.path("times");
    if (!asked.toString().equals(JSON.valueToTree(times).toString())) {
      throw new IllegalArgumentException(
          file + ": asks at times " + asked + ", expected " + times + ": choose another --out");
    }
    return outcome;
  }

  private ObjectNode run(Probe probe, String model, TrainConfig config, BooleanSupplier stop) {
    List<Integer> lengths = times.stream().map(t -> t * config.batch().seqLen()).toList();
    List<Double> accuracies = new ProbeRun(probe, config).run(lengths, sequences, stop);
    if (accuracies.isEmpty()) {
      return null;
    }
    ObjectNode outcome = JSON.createObjectNode();
    outcome.put("probe", probe.text()).put("model", model).put("seed", config.seed());
    outcome.put("parameters", models.parameters().get(model));
    outcome.set("times", JSON.valueToTree(times));
    outcome.set("accuracy", JSON.valueToTree(accuracies));
    outcome.set("settings", config.toJson());
    return outcome;
  }

  /** Answers right in per cent, the mean over seeds, at each length. */
  private String table(ArrayNode all) {
    StringBuilder text = new StringBuilder("| model | parameters |");
    for (Probe probe : probes) {
      for (int t : times) {
        text.append(' ').append(probe.text().replace('_', ' ')).append(" ×").append(t).append(" |");
      }
    }
    text.append("\n| --- | --- |").append(" --- |".repeat(probes.size() * times.size()));
    text.append('\n');
    for (String model : models.settings().keySet()) {
      text.append(
          String.format(Locale.ROOT, "| %s | %,d |", model, models.parameters().get(model)));
      for (Probe probe : probes) {
        for (int t = 0; t < times.size(); t++) {
          text.append(cell(all, model, probe, t));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(ArrayNode all, String model, Probe probe, int at) {
    List<Double> found = new ArrayList<>();
    for (JsonNode outcome : all) {
      if (outcome.get("model").asText().equals(model)
          && outcome.get("probe").asText().equals(probe.text())) {
        found.add(outcome.get("accuracy").get(at).asDouble());
      }
    }
    double mean = found.stream().mapToDouble(d -> d).average().orElse(Double.NaN);
    return found.isEmpty() ? " – |" : String.format(Locale.ROOT, " %.1f |", 100 * mean);
  }
}
