package io.github.gss4j.study.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.study.listops.ListOpsGenerator;
import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Variant;
import io.github.gss4j.trainer.ClassifierTrainer;
import io.github.gss4j.weights.PretrainedClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierRunTest {
  @TempDir Path directory;

  private static final ClassifierRun.Listener SILENT =
      new ClassifierRun.Listener() {
        @Override
        public void stepped(long step, ClassifierTrainer.StepResult result, double perSecond) {}

        @Override
        public void evaluated(long step, double accuracy) {}
      };

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

  private static Task task() {
    return new Task(new SameEnds(400, 1), new SameEnds(64, 2), new SameEnds(64, 3), 0);
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
    assertThat(directory.resolve("run/metrics.jsonl")).content().hasLineCount(3);
  }

  @Test
  void settingsOfARunAreReadAgain() {
    ClassifyConfig config = config(settings().put("state_space_lr", 1e-3).put("accumulate", 2));
    assertThat(config(config.toJson())).isEqualTo(config);
  }

  /** Weights, optimizer, sequences drawn, looks and the best of them: all go on as they were. */
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
        "{\"step\":40,\"loss\":9}\n{\"step\":40,\"lo",
        StandardOpenOption.APPEND); // as a kill leaves it
    ClassifierRun.Result last =
        ClassifierRun.resume(config, task(), parts).run(SILENT, () -> false);
    assertThat(last).usingRecursiveComparison().ignoringFields("seconds").isEqualTo(expected);
    for (String file :
        List.of(
            "metrics.jsonl",
            "last/model.safetensors",
            "last/optimizer.safetensors",
            "best/model.safetensors")) {
      assertThat(parts.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
    ClassifierRun.Result again =
        ClassifierRun.resume(config, task(), parts).run(SILENT, () -> false);
    assertThat(again).as("a finished run says the same once more").isEqualTo(last);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClassifierRun.resume(config, task(), directory))
        .withMessageContaining("holds no run to resume");
  }

  @Test
  void whatWasTrainedIsLoaded() throws IOException {
    ClassifyConfig config = config(settings().put("steps", 20));
    Path home = directory.resolve("run");
    ClassifierRun.Result result =
        ClassifierRun.start(config, task(), home).run(SILENT, () -> false);
    LabelledSequences tested = task().test();
    try (SequenceClassifier model =
        PretrainedClassifier.load(home, Precision.FLOAT32, Tensors.device("cpu"))) {
      int right = 0;
      for (int i = 0; i < tested.size(); i++) {
        try (PointerScope scope = new PointerScope()) {
          long[] ids = Arrays.stream(tested.sequence(i)).asLongStream().toArray();
          double[] logits =
              Tensors.toDoubles(model.logits(Tensors.of(ids, 1, ids.length)).flatten());
          right += (logits[1] > logits[0] ? 1 : 0) == tested.label(i) ? 1 : 0;
        }
      }
      assertThat((double) right / tested.size()).isCloseTo(result.test(), within(1e-9));
    }
    Path file = home.resolve("best/config.json");
    for (String[] wrong :
        new String[][] {
          {"\"dss_kernel_N\" : 8", "\"dss_kernel_N\" : 9", "has shape"},
          {"\"depth\" : 2", "\"depth\" : 1", "knows nothing of: layers.1."},
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

  @Test
  void pathfinderAndListOpsAreTrainedOn() throws IOException {
    new Generator(Variant.PATH32, 1, 1).write(directory.resolve("path"), 20, i -> {});
    Task images = Task.open(directory.resolve("path"));
    assertThat(images.train().size()).isEqualTo(16);
    assertThat(images.test().size()).isEqualTo(2);
    ObjectNode pixels = settings().put("steps", 2).put("batch", 2).put("input_dim", 1);
    pixels.remove("num_tokens");
    ClassifierRun.start(config(pixels), images, directory.resolve("run1")).run(SILENT, () -> false);
    new ListOpsGenerator(4, 4, 5, 40, 1).write(directory.resolve("ops"), 20, 4, i -> {});
    Task ops = Task.open(directory.resolve("ops"));
    ObjectNode tokens = settings().put("steps", 2).put("batch", 2);
    tokens.put("num_tokens", 15).put("num_classes", 10).put("accumulate", 2);
    ClassifierRun.start(config(tokens), ops, directory.resolve("run2")).run(SILENT, () -> false);
    assertThat(directory.resolve("run2/result.json")).exists();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClassifierRun.start(config(settings()), ops, directory.resolve("run3")))
        .withMessageContaining("num_classes is 2, expected 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClassifierRun.start(config(tokens), ops, directory.resolve("run2")))
        .withMessageContaining("already holds a run");
  }
}
