package io.github.gss4j.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.loop.LoopSetup;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import io.github.gss4j.trainer.NonFiniteLossException;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.trainer.TrainingState;
import io.github.gss4j.weights.PretrainedClassifier;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierRunTest {
  @TempDir Path directory;

  private static final RunListener SILENT = new RunListener() {};

  /** Whether the first of some tokens comes again at the end: the memory must reach back to it. */
  private record SameEnds(int size, long seed) implements LabelledSequences {
    @Override
    public int numClasses() {
      return 2;
    }

    @Override
    public int numTokens() {
      return 4;
    }

    @Override
    public int[] sequence(int index) {
      SplittableRandom random = new SplittableRandom(seed * 1000 + index);
      int[] ids = random.ints(random.nextInt(12, 17), 2, 4).toArray();
      ids[0] = random.nextInt(2);
      ids[ids.length - 1] = label(index) == 1 ? ids[0] : 1 - ids[0];
      return ids;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }
  }

  private static ObjectNode settings() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("num_tokens", 4).put("num_classes", 2).put("dim", 16).put("depth", 2);
    json.put("dim_expansion_factor", 2).put("dss_kernel_N", 8).put("dss_kernel_H", 16);
    json.put("init", "long_range").put("normalize_input", true).put("bidirectional", true);
    json.put("steps", 150).put("batch", 16).put("lr", 1e-2).put("warmup", 10);
    return json.put("eval_every", 50);
  }

  private static ClassifyConfig config(ObjectNode settings) {
    return ClassifyConfig.from(new JsonFields("test", settings));
  }

  private static LabelledData task() {
    return new LabelledData(new SameEnds(400, 1), new SameEnds(64, 2), new SameEnds(64, 3), 0);
  }

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
    drawn.put("start_from", "runs/a").put("optimizer", "muon").put("promote_at", 0.9);
    drawn.putArray("curriculum").add(2).add(6);
    assertThat(config(config(drawn).toJson())).isEqualTo(config(drawn));
  }

  @Test
  void keysOfDrawnImagesAreRefusedWhereNoneAreDrawn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(settings().put("data", "there").put("contour_length", 6)))
        .withMessageContaining("contour_length");
  }

  /** A token that is the same all along is known where it is hidden, too. */
  @Test
  void whatIsHiddenIsLearnedAndIsAStartForTheLabel() throws IOException {
    ObjectNode masked = settings().put("objective", "masked").put("num_tokens", 5).put("steps", 60);
    LabelledSequences same = new Constant(400);
    LabelledData data = new LabelledData(same, new Constant(40), new Constant(40), 0);
    ClassifierRun.Result result =
        ClassifierRun.start(config(masked), data, directory.resolve("masked"))
            .run(SILENT, () -> false);
    assertThat(result.majority()).isCloseTo(0.25, within(1e-9));
    assertThat(result.test()).isGreaterThan(0.9);
    Path start = directory.resolve("masked/best");
    ObjectNode label = settings().put("num_tokens", 5).put("steps", 1).put("lr", 1e-9);
    label.put("start_from", start.toString()).put("eval_every", 1);
    ClassifierRun.start(config(label), task(), directory.resolve("label")).run(SILENT, () -> false);
    try (PointerScope scope = new PointerScope();
        SequenceClassifier first = load(start);
        SequenceClassifier then = load(directory.resolve("label/best"))) {
      for (int i = 0; i < then.parameters().size(); i++) {
        assertThat(
                Tensors.value(
                    then.parameters()
                        .get(i)
                        .value()
                        .sub(first.parameters().get(i).value())
                        .abs()
                        .max()))
            .as(then.parameters().get(i).name())
            .isLessThan(1e-6);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ClassifierRun.start(config(label.put("dim", 8)), task(), directory.resolve("other"))
                    .run(SILENT, () -> false))
        .withMessageContaining("start_from is " + start);
  }

  private static SequenceClassifier load(Path directory) {
    return PretrainedClassifier.load(directory, Precision.FLOAT32, Tensors.device("cpu"));
  }

  /** One token again and again. */
  private record Constant(int size) implements LabelledSequences {
    @Override
    public int numClasses() {
      return 2;
    }

    @Override
    public int numTokens() {
      return 4;
    }

    @Override
    public int[] sequence(int index) {
      int[] ids = new int[16];
      Arrays.fill(ids, index % 4);
      return ids;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }
  }

  /** Sequences that say how often each was asked for. */
  private record Counted(String name, List<String> asked) implements LabelledSequences {
    @Override
    public int size() {
      return Integer.MAX_VALUE;
    }

    @Override
    public boolean isEndless() {
      return true;
    }

    @Override
    public int numClasses() {
      return 2;
    }

    @Override
    public int numTokens() {
      return 4;
    }

    @Override
    public int[] sequence(int index) {
      synchronized (asked) {
        asked.add(name + index);
      }
      return new SameEnds(8, 1).sequence(index);
    }

    @Override
    public int label(int index) {
      return index % 2;
    }
  }

  @Test
  void stagesAreLearnedInTheirTurnAndNoSequenceOfEndlessOnesTwice() throws IOException {
    ClassifyConfig config = config(settings().put("steps", 9).put("eval_every", 2));
    List<String> asked = new ArrayList<>();
    LabelledData data =
        new LabelledData(
            List.of(
                new LabelledData.Stage("easy", new Counted("easy ", asked), new SameEnds(8, 1)),
                new LabelledData.Stage("task", new Counted("task ", asked), new SameEnds(8, 2))),
            0.01,
            new SameEnds(8, 3),
            0);
    Path whole = directory.resolve("whole");
    ClassifierRun.start(config, data, whole).run(SILENT, () -> false);
    assertThat(asked).doesNotHaveDuplicates();
    assertThat(asked.stream().filter(a -> a.startsWith("easy"))).hasSizeBetween(32, 48);
    assertThat(asked).contains("task " + (9 * 16 - 1));
    assertThat(validations(whole))
        .extracting(v -> v.stage().map(MetricLine.StageAccuracy::name))
        .startsWith(Optional.of("easy"), Optional.empty());
    Path parts = directory.resolve("parts");
    int[] steps = {0};
    ClassifierRun.start(config, data, parts).run(SILENT, () -> ++steps[0] == 5);
    ClassifierRun.resume(config, data, parts).run(SILENT, () -> false);
    assertThat(parts.resolve("last/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("last/model.safetensors"));
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

  /** All lines but for what a clock or a process gave. */
  private static List<String> metrics(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll("\"(tokens_per_second|resident_bytes)\":[^,}]*", ""))
        .toList();
  }

  private static ObjectNode averaged() {
    ObjectNode json = settings().put("steps", 40).put("eval_every", 10).put("lr", 3e-3);
    return json.put("ema", 0.9).put("max_bad_steps", 3).put("watch_every", 20).put("batch", 4);
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
    try (SequenceClassifier model =
        PretrainedClassifier.load(home.resolve("last"), Precision.FLOAT32, Tensors.device("cpu"))) {
      MetricLine.Validation last =
          validations(home).stream().filter(line -> line.step() == 40).findFirst().orElseThrow();
      assertThat(accuracy(model, task().task().validation()))
          .isCloseTo(last.accuracy(), within(1e-9));
    }
  }

  private static List<Double> losses(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(MetricLine.Step.class::isInstance)
        .map(line -> ((MetricLine.Step) line).loss())
        .toList();
  }

  private static List<MetricLine.Validation> validations(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(MetricLine.Validation.class::isInstance)
        .map(MetricLine.Validation.class::cast)
        .toList();
  }

  private static double[] tensor(Path file, String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.toDoubles(TensorFiles.read(file, name));
    }
  }

  /** Makes the first weight no number before some steps, and puts it back after them. */
  private static final class Spoiler {
    private final ClassifierTask task;
    private final Set<Long> bad;

    Spoiler(ClassifierTask task, Long... bad) {
      this.task = task;
      this.bad = Set.of(bad);
    }

    StepMetrics step() {
      if (!bad.contains(task.trainer().steps() + 1)) {
        return task.step(StepObserver.NONE);
      }
      Tensor weight = task.model().parameters().get(0).value();
      Tensor before = Scopes.kept(() -> Scopes.withoutGradient(() -> weight.detach().clone()));
      Scopes.withoutGradient(() -> weight.fill_(new Scalar(Double.NaN)).detach());
      try {
        return task.step(StepObserver.NONE);
      } finally {
        Scopes.withoutGradient(() -> weight.copy_(before).detach());
        before.releaseReference();
      }
    }
  }

  private ClassifierTask task(ClassifyConfig config, Optional<Path> checkpoint) {
    LoopSetup setting =
        new LoopSetup(
            new RunDirectory(directory), Distribution.single(), SILENT, config.intervals());
    return new ClassifierTask(config, task(), setting, checkpoint);
  }

  @Test
  void aBadStepIsSkippedAndCountedAndSoManyInARowStopTheRun() {
    ClassifyConfig config = config(averaged());
    try (ClassifierTask task = task(config, Optional.empty())) {
      Spoiler spoiler = new Spoiler(task, 2L, 4L, 5L, 6L);
      spoiler.step();
      Map<String, double[]> before = TinyRun.weights(task.trainer());
      assertThat(spoiler.step().skipped()).isTrue();
      TinyRun.weights(task.trainer())
          .forEach((name, value) -> assertThat(value).as(name).isEqualTo(before.get(name)));
      assertThat(task.trainer().progress().skipped()).isEqualTo(1);
      assertThat(spoiler.step().skipped()).isFalse();
      assertThat(task.trainer().progress().updates()).isEqualTo(2);
      spoiler.step();
      spoiler.step();
      assertThatThrownBy(spoiler::step)
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining("step 6")
          .hasMessageContaining("3 in a row");
    }
  }

  /** With averages and skipped steps. */
  @Test
  void aClassifierOutOfACheckpointGoesOnToTheSameBits() throws IOException {
    ClassifyConfig config = config(averaged());
    try (ClassifierTask task = task(config, Optional.empty())) {
      Spoiler spoiler = new Spoiler(task, 2L, 6L);
      for (int i = 0; i < 5; i++) {
        spoiler.step();
      }
      new RunCheckpoint(
              task.trainer().progress(),
              true,
              Score.ACCURACY,
              -0.75,
              1,
              "",
              RunCheckpoint.presentEnvironment(),
              Optional.empty())
          .write(task.trainer(), directory);
      RunCheckpoint state = RunCheckpoint.read(directory, Score.ACCURACY);
      assertThat(state.bestScore()).isEqualTo(-0.75);
      assertThat(state.drift("")).isEmpty();
      try (ClassifierTask other = task(config, Optional.of(directory))) {
        state.restore(other.trainer(), directory);
        Spoiler same = new Spoiler(other, 2L, 6L);
        for (int i = 0; i < 8; i++) {
          assertThat(same.step()).isEqualTo(spoiler.step());
        }
        assertThat(other.trainer().progress()).isEqualTo(task.trainer().progress());
        assertThat(other.trainer().progress().skipped()).isEqualTo(2);
        try (TrainingState.Averaged one = task.trainer().averaged();
            TrainingState.Averaged two = other.trainer().averaged()) {
          Map<String, double[]> expected = TinyRun.weights(task.trainer());
          TinyRun.weights(other.trainer())
              .forEach((name, value) -> assertThat(value).as(name).isEqualTo(expected.get(name)));
        }
      }
    }
  }

  @Test
  void whatWasTrainedIsLoaded() throws IOException {
    ClassifyConfig config = config(settings().put("steps", 20));
    Path home = directory.resolve("run");
    ClassifierRun.Result result =
        ClassifierRun.start(config, task(), home).run(SILENT, () -> false);
    try (SequenceClassifier model =
        PretrainedClassifier.load(home, Precision.FLOAT32, Tensors.device("cpu"))) {
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
          .isThrownBy(
              () -> PretrainedClassifier.load(home, Precision.FLOAT32, Tensors.device("cpu")))
          .withMessageContaining(wrong[2]);
      Files.writeString(file, sound);
    }
  }

  /** One sequence after the other, without padding. */
  private static double accuracy(SequenceClassifier model, LabelledSequences sequences) {
    int right = 0;
    for (int i = 0; i < sequences.size(); i++) {
      try (PointerScope scope = new PointerScope()) {
        long[] ids = Arrays.stream(sequences.sequence(i)).asLongStream().toArray();
        double[] logits = Tensors.toDoubles(model.logits(Tensors.of(ids, 1, ids.length)).flatten());
        right += (logits[1] > logits[0] ? 1 : 0) == sequences.label(i) ? 1 : 0;
      }
    }
    return (double) right / sequences.size();
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
