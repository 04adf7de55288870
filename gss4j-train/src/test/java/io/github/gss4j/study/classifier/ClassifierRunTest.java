package io.github.gss4j.study.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.model.JsonFields;
import io.github.gss4j.study.listops.ListOpsGenerator;
import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Variant;
import io.github.gss4j.trainer.ClassifierTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
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
    return new Task(new SameEnds(400, 1), new SameEnds(64, 2), new SameEnds(64, 3));
  }

  @Test
  void aTaskOfMemoryIsLearned() throws IOException {
    ClassifierRun.Result result =
        new ClassifierRun(config(settings()), task(), directory.resolve("run"))
            .run(SILENT, () -> false);
    assertThat(result.majority()).isCloseTo(0.5, within(1e-9));
    assertThat(result.test()).isGreaterThan(0.9);
    assertThat(result.finished()).isTrue();
    assertThat(directory.resolve("run/model.safetensors")).exists();
    assertThat(directory.resolve("run/result.json")).content().contains("test_accuracy");
    assertThat(directory.resolve("run/metrics.jsonl")).content().hasLineCount(3);
  }

  @Test
  void settingsOfARunAreReadAgain() {
    ClassifyConfig config = config(settings().put("state_space_lr", 1e-3).put("accumulate", 2));
    assertThat(config(config.toJson())).isEqualTo(config);
  }

  @Test
  void aRunThatIsStoppedSaysSo() throws IOException {
    ClassifierRun.Result result =
        new ClassifierRun(config(settings()), task(), directory.resolve("run"))
            .run(SILENT, () -> true);
    assertThat(result.steps()).isEqualTo(1);
    assertThat(result.finished()).isFalse();
    assertThat(directory.resolve("run/model.safetensors")).exists();
  }

  @Test
  void pathfinderAndListOpsAreTrainedOn() throws IOException {
    new Generator(Variant.PATH32, 1, 1).write(directory.resolve("path"), 20, i -> {});
    Task images = Task.open(directory.resolve("path"));
    assertThat(images.train().size()).isEqualTo(16);
    assertThat(images.test().size()).isEqualTo(2);
    ObjectNode pixels = settings().put("steps", 2).put("batch", 2).put("input_dim", 1);
    pixels.remove("num_tokens");
    new ClassifierRun(config(pixels), images, directory.resolve("run1")).run(SILENT, () -> false);
    new ListOpsGenerator(4, 4, 5, 40, 1).write(directory.resolve("ops"), 20, 4, i -> {});
    Task ops = Task.open(directory.resolve("ops"));
    ObjectNode tokens = settings().put("steps", 2).put("batch", 2);
    tokens.put("num_tokens", 15).put("num_classes", 10).put("accumulate", 2);
    new ClassifierRun(config(tokens), ops, directory.resolve("run2")).run(SILENT, () -> false);
    assertThat(directory.resolve("run2/result.json")).exists();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClassifierRun(config(settings()), ops, directory.resolve("run3")))
        .withMessageContaining("num_classes is 2, expected 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClassifierRun(config(tokens), ops, directory.resolve("run2")))
        .withMessageContaining("already holds a run");
  }
}
