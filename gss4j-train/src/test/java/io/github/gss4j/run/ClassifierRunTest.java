package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.accuracy;
import static io.github.gss4j.run.ClassifierFixture.averaged;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.load;
import static io.github.gss4j.run.ClassifierFixture.losses;
import static io.github.gss4j.run.ClassifierFixture.metrics;
import static io.github.gss4j.run.ClassifierFixture.settings;
import static io.github.gss4j.run.ClassifierFixture.task;
import static io.github.gss4j.run.ClassifierFixture.tensor;
import static io.github.gss4j.run.ClassifierFixture.validations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierRunTest {
  @TempDir Path directory;

  @Test
  void aTaskOfMemoryIsLearned() throws IOException {
    ClassifierRun.Result result =
        ClassifierRun.start(config(settings()), task(), directory.resolve("run"))
            .run(SILENT, () -> false);
    assertThat(result.majority()).isCloseTo(0.5, within(1e-9));
    assertThat(result.test()).isGreaterThan(0.9);
    assertThat(result.finished()).isTrue();
    assertThat(directory.resolve("run/best/model.safetensors")).exists();
    assertThat(directory.resolve("run/result.json")).content().contains("test_accuracy");
    List<MetricLine> metrics = MetricsLog.read(directory.resolve("run/metrics.jsonl"));
    assertThat(metrics).filteredOn(MetricLine.Step.class::isInstance).hasSize(150);
    assertThat(metrics)
        .filteredOn(MetricLine.Validation.class::isInstance)
        .extracting(MetricLine::step)
        .containsExactly(50L, 100L, 150L);
    assertThat(directory.resolve("run/report.html")).content().contains("\"accuracy\"");
  }

  @Test
  void settingsOfARunAreReadAgain() {
    ClassifyConfig config = config(settings().put("state_space_lr", 1e-3).put("accumulate", 2));
    assertThat(config(config.toJson())).isEqualTo(config);
    ObjectNode drawn = settings().put("data", "pathfinder:32").put("objective", "label_and_path");
    drawn
        .put("start_from", "runs/a")
        .put("optimizer", "muon")
        .put("promote_at", 0.9)
        .put("rehearsal", 0.25);
    drawn.putArray("curriculum").add(2).add(6);
    assertThat(config(config(drawn).toJson())).isEqualTo(config(drawn));
  }

  @Test
  void keysOfDrawnImagesAreRefusedWhereNoneAreDrawn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(settings().put("data", "there").put("contour_length", 6)))
        .withMessageContaining("contour_length");
  }

  /** Weights, optimizer, sequences drawn, looks and the best of them: all continue as they were. */
  @Test
  void aRunThatIsStoppedGoesOnToTheBit() throws IOException {
    ClassifyConfig config = config(settings().put("steps", 60).put("eval_every", 20));
    Path whole = directory.resolve("whole");
    ClassifierRun.Result expected =
        ClassifierRun.start(config, task(), whole).run(SILENT, () -> false);
    Path parts = directory.resolve("parts");
    ClassifierRun.Result stopped =
        ClassifierRun.start(config, task(), parts).run(SILENT, () -> true);
    assertThat(stopped.steps()).isEqualTo(1);
    assertThat(stopped.finished()).isFalse();
    int[] asked = {0};
    ClassifierRun.resume(config, task(), parts).run(SILENT, () -> ++asked[0] > 29);
    Files.writeString(
        parts.resolve("metrics.jsonl"),
        "{\"step\":40,\"loss\":9,\"lr\":9,\"validation_accuracy\":9}\n{\"step\":40,\"lo",
        StandardOpenOption.APPEND); // as a kill leaves it
    ClassifierRun.Result last =
        ClassifierRun.resume(config, task(), parts).run(SILENT, () -> false);
    assertThat(last).usingRecursiveComparison().ignoringFields("seconds").isEqualTo(expected);
    for (String file :
        List.of("last/model.safetensors", "last/optimizer.safetensors", "best/model.safetensors")) {
      assertThat(parts.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(metrics(parts)).isEqualTo(metrics(whole));
    ClassifierRun.Result again =
        ClassifierRun.resume(config, task(), parts).run(SILENT, () -> false);
    assertThat(again).as("a finished run says the same once more").isEqualTo(last);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClassifierRun.resume(config, task(), directory))
        .withMessageContaining("holds no run to resume");
  }

  @Test
  void theAverageOfTheWeightsIsValidatedAndSaved() throws IOException {
    ClassifyConfig config = config(averaged());
    Path home = directory.resolve("run");
    ClassifierRun.start(config, task(), home).run(SILENT, () -> false);
    ClassifierRun.start(config(averaged().put("ema", 0)), task(), directory.resolve("plain"))
        .run(SILENT, () -> false);
    assertThat(losses(home)).isEqualTo(losses(directory.resolve("plain")));
    String name = "to_logits.weight";
    double[] saved = tensor(home.resolve("last/model.safetensors"), name);
    double[] trained = tensor(home.resolve("last/optimizer.safetensors"), "weight." + name);
    assertThat(trained)
        .isEqualTo(tensor(directory.resolve("plain/last/model.safetensors"), name))
        .isNotEqualTo(saved);
    try (SequenceClassifier model = load(home.resolve("last"))) {
      MetricLine.Validation last =
          validations(home).stream().filter(line -> line.step() == 40).findFirst().orElseThrow();
      assertThat(accuracy(model, task().task().validation()))
          .isCloseTo(last.accuracy(), within(1e-9));
    }
  }

  @Test
  void whatWasTrainedIsLoaded() throws IOException {
    ClassifyConfig config = config(settings().put("steps", 20));
    Path home = directory.resolve("run");
    ClassifierRun.Result result =
        ClassifierRun.start(config, task(), home).run(SILENT, () -> false);
    try (SequenceClassifier model = load(home)) {
      assertThat(accuracy(model, task().test())).isCloseTo(result.test(), within(1e-9));
    }
    Path file = home.resolve("best/config.json");
    for (String[] wrong :
        new String[][] {
          {"\"dss_kernel_N\" : 8", "\"dss_kernel_N\" : 9", "has shape"},
          {"\"depth\" : 2", "\"depth\" : 1", "does not describe: layers.1."},
          {"\"depth\" : 2", "\"depth\" : 3", "has no tensor 'layers.2."},
          {"\"num_classes\"", "\"num_clases\"", "'num_classes' is missing"}
        }) {
      String sound = Files.readString(file);
      Files.writeString(file, sound.replace(wrong[0], wrong[1]));
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> load(home))
          .withMessageContaining(wrong[2]);
      Files.writeString(file, sound);
    }
  }

  @Test
  void aModelThatDoesNotFitTheDataIsRefused() throws IOException {
    Path home = directory.resolve("run");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ClassifierRun.start(config(settings().put("num_classes", 10)), task(), home))
        .withMessageContaining("num_classes is 10, expected 2");
    ClassifyConfig config = config(settings().put("steps", 1).put("batch", 2));
    ClassifierRun.start(config, task(), home).run(SILENT, () -> false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClassifierRun.start(config, task(), home))
        .withMessageContaining("already holds a run");
  }
}
