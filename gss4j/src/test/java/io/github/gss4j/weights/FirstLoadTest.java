package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Who loads libtorch first, each in a process of its own without the variables set. */
class FirstLoadTest {
  /** A program whose first call is to load a model. */
  static final class OurFirst {
    public static void main(String[] args) {
      StoredModel stored = StoredModel.open(Path.of(args[0]));
      LanguageModel model = PretrainedModel.load(stored, Precision.FLOAT32, Tensors.device("cpu"));
      model.close();
    }
  }

  /** A program that uses libtorch's binding before it uses gss4j. */
  static final class TheirsFirst {
    public static void main(String[] args) {
      torch.ones(1).close();
      OurFirst.main(args);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void openingAModelSetsTheThreadPoolsUpBeforeTheyAreLoaded() throws Exception {
    assertThat(run(OurFirst.class)).doesNotContain("libtorch was loaded before gss4j");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProgramThatLoadsLibtorchItselfIsToldWhatToDo() throws Exception {
    assertThat(run(TheirsFirst.class))
        .contains("libtorch was loaded before gss4j")
        .contains("OMP_WAIT_POLICY=PASSIVE");
  }

  private static String run(Class<?> main) throws IOException, InterruptedException {
    Path model = Path.of("src/test/resources/reference/pretrained_form/model.pt");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    main.getName(),
                    model.toString()))
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("OMP_"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
