package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.load;
import static io.github.gss4j.run.ClassifierFixture.settings;
import static io.github.gss4j.run.ClassifierFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedClassifierTest {
  @TempDir Path directory;

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
    label.put("dim", 16).put("depth", 1);
    assertThatIllegalArgumentException()
        .as("layers that would be left out")
        .isThrownBy(
            () ->
                ClassifierRun.start(config(label), task(), directory.resolve("less"))
                    .run(SILENT, () -> false))
        .withMessageContaining("depth is 1, expected 2 as in " + start);
    label.put("depth", 2).put("dss_kernel_lambda_imag_exp", false);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ClassifierRun.start(config(label), task(), directory.resolve("read"))
                    .run(SILENT, () -> false))
        .withMessageContaining("dss_kernel_lambda_imag_exp is false, expected true");
  }
}
