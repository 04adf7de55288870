package io.github.gss4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.layers.LongLayerRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Resident memory of long sequences, each in a process of its own. */
class MemoryTest {
  /** A quarter of 65,536 tokens in a quarter of 4 GiB. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aGssLayerTrainsOn65536TokensIn4GiB() throws Exception {
    assertThat(run(LongLayerRun.class, "16384"))
        .singleElement()
        .satisfies(bytes -> assertThat(bytes).isBetween(500L << 20, 1024L << 20));
  }

  /** Blocks of 4,096 tokens: one (4096, 64) tensor of each left behind would be 120 MiB. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aStreamReadsOnInFlatMemory() throws Exception {
    assertThat(run(StreamRun.class, "128")).hasSize(3).allMatch(bytes -> bytes < 64L << 20);
  }

  private static List<Long> run(Class<?> main, String argument)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    Process process =
        new ProcessBuilder(
                java,
                "-Xmx64m",
                "-Xms64m",
                "-XX:+AlwaysPreTouch", // Java's own heap is resident from the start
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", // 4 · Xmx otherwise
                "-cp",
                classes,
                main.getName(),
                argument)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.lines().map(Long::valueOf).toList();
  }
}
