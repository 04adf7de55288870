package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.study.ChildRuns;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.study.StudyConfig;
import io.github.gss4j.study.StudyFile;
import io.github.gss4j.study.probe.ProbeStudy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gss study, pathfinder, listops, classify}. */
class StudyCommandTest {
  @TempDir Path directory;

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("config.json"), text);
  }

  private static Path published(String config) {
    return Path.of("../configs").resolve(config);
  }

  private Path images() {
    Path images = directory.resolve("images");
    Command.here(
            "pathfinder",
            "generate",
            "--out",
            images,
            "--size",
            32,
            "--count",
            20,
            "--seed",
            3,
            "--threads",
            2,
            "--contour-length",
            9)
        .ok();
    return images;
  }

  @Test
  void imagesAreDrawnAndShown() {
    Path images = images();
    assertThat(images.resolve("curv_contour_length_9/imgs/0/sample_19.png")).exists();
    assertThat(images.resolve("curv_contour_length_9/metadata/0.npy")).content().hasLineCount(20);
    Path sheet = directory.resolve("sheet.png");
    Command.here("pathfinder", "sheet", "--data", images, "--out", sheet, "--columns", 2).ok();
    assertThat(sheet).isNotEmptyFile();
    assertThat(Command.here("pathfinder").ok().out()).contains("generate");
    assertThat(Command.here("pathfinder", "shortcut", "--size", 16, "--count", 200).ok().out())
        .contains("right by distance alone");
    Command.here("pathfinder", "shortcut", "--count", 3).refused("count is 3, expected an even");
    Command.here("pathfinder", "generate", "--out", directory.resolve("x"), "--size", 48)
        .refused("size is 48", "[16, 32, 64, 128, 256]");
    Command.here("pathfinder", "generate", "--out", directory.resolve("x"), "--count", 3)
        .refused("count is 3", "even");
    Command.here("pathfinder", "generate", "--out", images, "--count", 2, "--contour-length", 9)
        .refused("holds images already");
    Command.here("pathfinder", "sheet", "--data", directory.resolve("no"), "--out", sheet)
        .refused("no Pathfinder images");
  }

  @Test
  void aClassifierIsTrainedOnImages() throws IOException {
    Path images = images();
    Path config =
        write(
            """
            // tiny
            {"input_dim": 1, "num_classes": 2, "dim": 8, "depth": 1, "dss_kernel_N": 4,
             "dss_kernel_H": 4, "bidirectional": true, "steps": 50, "batch": 2}
            """);
    Object[] flags = {
      "classify",
      "--config",
      config,
      "--data",
      images,
      "--steps",
      2,
      "--init",
      "long_range",
      "--pooling",
      "max",
      "--lr",
      0.01,
      "--batch",
      3,
      "--seed",
      4,
      "--dtype",
      "float32",
      "--device",
      "cpu",
      "--out"
    };
    Path run = directory.resolve("run");
    JsonNode result =
        new ObjectMapper().readTree(Command.here(with(flags, run, "--json")).ok().out());
    assertThat(result.get("steps").asInt()).isEqualTo(2);
    assertThat(result.get("test_accuracy").asDouble()).isBetween(0.0, 1.0);
    JsonNode settings = new ObjectMapper().readTree(run.resolve("run.json").toFile());
    assertThat(settings.get("init").asText()).isEqualTo("long_range");
    assertThat(settings.get("pooling").asText()).isEqualTo("max");
    assertThat(settings.get("batch").asInt()).isEqualTo(3);
    assertThat(settings.get("lr").asDouble()).isEqualTo(0.01);
    assertThat(settings.get("seed").asInt()).isEqualTo(4);
    Path other = directory.resolve("other");
    assertThat(Command.here(with(flags, other)).ok().out()).contains("majority class");
    Command.here(with(flags, run)).refused("already holds a run", "--resume");
    JsonNode more =
        new ObjectMapper()
            .readTree(Command.here("classify", "--resume", run, "--steps", 3, "--json").ok().out());
    assertThat(more.get("steps").asInt()).isEqualTo(3);
    assertThat(more.get("run").asText()).isEqualTo(run.toString());
    assertThat(run.resolve("best/config.json")).content().contains("num_classes");
    Path sheet = directory.resolve("answers.png");
    Command.here("pathfinder", "sheet", "--run", run, "--out", sheet, "--columns", 1).ok();
    assertThat(sheet).isNotEmptyFile();
    Command.here("pathfinder", "sheet", "--out", directory.resolve("none.png"))
        .refused("expected --data DIR or --run DIR");
    Command.here("classify", "--resume", run, "--init", "random").refused("--resume takes model");
    Command.here("classify", "--resume", run, "--pooling", "max").refused("--resume takes model");
    Command.here("classify", "--resume", directory).refused("holds no run to resume");
    Command.here("classify", "--config", config).refused("expected --config FILE and --out DIR");
    Command.here(with(flags, "x", "--pretrain", "--objective", "label"))
        .refused("--pretrain is --objective masked", "--objective is label");
    Command.here("classify", "--resume", run, "--objective", "label_and_path")
        .refused("objective is \"label_and_path\", expected \"label\"", "begin a new run");
    Command.here("classify", "--config", config, "--data", directory, "--out", "x")
        .refused("holds no task", "Pathfinder", "ListOps");
  }

  private static Object[] with(Object[] flags, Object... more) {
    List<Object> all = new java.util.ArrayList<>(List.of(flags));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void expressionsAreWritten() {
    Path out = directory.resolve("ops");
    Object[] flags = {
      "listops",
      "--out",
      out,
      "--count",
      30,
      "--held-out",
      5,
      "--max-depth",
      4,
      "--max-args",
      4,
      "--min-length",
      5,
      "--max-length",
      30,
      "--seed",
      2
    };
    Command.here(flags).ok();
    assertThat(out.resolve("basic_train.tsv"))
        .content()
        .hasLineCount(31)
        .startsWith("Source\tTarget");
    assertThat(out.resolve("basic_test.tsv")).content().hasLineCount(6);
    Command.here(flags).refused("already exists");
    Command.here("listops", "--out", directory.resolve("x"), "--max-depth", 1)
        .refused("max-depth is 1");
  }

  @Test
  void aStudyTrainsEachRunInAProcessOfItsOwn() throws IOException {
    Path text = Tiny.text(directory);
    Path config =
        write(
            """
            {"data": ["%s"], "seq_len": [32], "seeds": [1], "lr": [1e-2, 2e-2], "sweep_steps": 2,
             "batch_tokens": 64, "budget": {"steps": 50}, "position_times": 4,
             "position_tokens": 512,
             "run": {"dim": 16, "depth": 1, "eval_every": 2, "eval_tokens": 128, "dtype": "float32"},
             "models": {"gss": {"dss_kernel_N": 4, "dss_kernel_H": 4}},
             "quick": {"budget": {"steps": 3}}}
            """
                .formatted(text));
    Path out = directory.resolve("study");
    Object[] flags = {"study", "--config", config, "--out", out, "--quick"};
    Command.Result first = Command.process(directory, flags).ok();
    assertThat(first.out()).contains("| gss |", "Bits per byte");
    assertThat(first.err())
        .contains("run 1 of 3  0-32-gss-lr0.01", "run 3 of 3  0-32-gss-seed1: 3 steps");
    assertThat(out.resolve("runs/0-32-gss-seed1/report.html")).exists();
    Command.Result again = Command.process(directory, with(flags, "--json")).ok();
    assertThat(new ObjectMapper().readTree(again.out()).get(0).get("model").asText())
        .isEqualTo("gss");
    assertThat(again.err()).as("nothing is made twice").isEmpty();
    Command.here(with(flags, "--budget", "tokens=640")).refused("was made with other settings");
    Command.here(with(flags, "--budget", "640"))
        .refused("budget is '640', expected tokens=N, steps=N or seconds=X");
    Command.here(with(flags, "--model", "dss")).refused("model is dss", "[gss]");
    Command.here(with(flags, "--seed", "1,2")).refused("seed is 2", "[1]");
  }

  @Test
  void whatIsWrongIsRefused() throws IOException {
    Path config = write("{\"data\": [\"java\"], \"budget\": {\"steps\": 1}}");
    Command.here("study", "--config", config, "--out", directory.resolve("x"), "--quick")
        .refused("no 'quick'");
    Command.here("study", "--config", config, "--out", directory.resolve("x"))
        .refused("'models' is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"path32.json", "path16.json", "path32-small.json", "pathx.json", "listops.json"})
  void publishedClassifiersAreUnderstood(String config) throws IOException {
    ClassifyConfig read =
        ClassifyConfig.from(new JsonFields(config, RunOptions.read(published(config))));
    assertThat(read.model().bidirectional()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void publishedStudiesAreUnderstood(boolean quick) throws IOException {
    Map<String, List<String>> models =
        Map.of(
            "study.json",
            List.of("gss", "two-scale", "two-scale-passing", "muon", "hybrid", "transformer"),
            "study-4096.json",
            List.of("gss", "two-scale-passing-muon", "hybrid"),
            "study-options.json",
            List.of("gss", "short-conv", "step-groups", "two-scale-growth", "passing-late"),
            "study-mixers.json",
            List.of("gss", "gss-long-range", "gss-slow", "dss", "dsconv", "mhesa", "hybrid"),
            "study-small.json",
            List.of("gss", "gss-long-range", "dss", "dsconv", "mhesa", "hybrid", "transformer"));
    for (String name : models.keySet()) {
      StudyConfig config =
          StudyConfig.read(name, StudyFile.settings(RunOptions.read(published(name)), quick));
      assertThat(config.models().fieldNames()).toIterable().containsAll(models.get(name));
      new io.github.gss4j.study.Study(
          config, TrainConfig.defaults(), directory, new ChildRuns(Interrupt::new));
    }
    ProbeStudy probes =
        ProbeStudy.read(
            "probes.json",
            StudyFile.settings(RunOptions.read(published("probes.json")), quick),
            TrainConfig.defaults());
    assertThat(probes.runs()).isEqualTo(4 * 5);
  }
}
