package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Native;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Training holds on to no memory: measured in a process whose Java heap does not move. */
class MemoryTest {
  private static final int BATCH = 256;
  private static final int LENGTH = 33;
  private static final int STEPS = 150;

  @Test
  void residentMemoryIsFlatOverManySteps() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.bytedeco.javacpp.nopointergc=true", // which would hide a leak for a while
            "-Xms64m",
            "-Xmx64m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            MemoryTest.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    long oneTensorAStep = 4L * BATCH * (LENGTH - 1) * TinyRun.MODEL.dim() * STEPS; // (tokens, dim)
    assertThat(Long.parseLong(out.strip())).as("growth in bytes").isLessThan(oneTensorAStep / 2);
  }

  /** Trains, and prints by how many bytes the process has grown since it was warm. */
  public static void main(String[] args) throws IOException {
    Native.threads(1); // whatever else runs: one thread waits for no other
    TrainConfig config = TinyRun.config("float32", BATCH, 1, false, false);
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
      train(trainer, 20);
      long before = residentBytes();
      train(trainer, STEPS);
      System.out.println(residentBytes() - before);
    }
  }

  private static void train(Trainer<BatchSource> trainer, int steps) {
    for (int i = 0; i < steps; i++) {
      trainer.step((step, micro) -> TinyRun.ids(step, BATCH, LENGTH));
    }
  }

  private static long residentBytes() throws IOException {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
    return Long.parseLong(pages[1]) * 4096;
  }
}
