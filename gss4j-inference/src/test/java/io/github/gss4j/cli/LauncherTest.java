package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  private static final String TINY = "../gss4j-dist/src/main/tiny";
  private static final long PATIENCE_SECONDS = 120;

  @TempDir private Path directory;

  private Process start(String... args) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
    line.addAll(List.of(args));
    return new ProcessBuilder(line).redirectError(err().toFile()).start();
  }

  private Path err() {
    return directory.resolve("err");
  }

  private static void waitFor(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
  }

  @Test
  void aCommandThatDecodesHasTheVectorApi() throws Exception {
    Process process =
        start("generate", "--model", TINY, "--prompt", "gss", "--max-new-tokens", "3");
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).startsWith("gss");
    }
    waitFor(process);
    assertThat(process.exitValue()).as(Files.readString(err())).isZero();
    assertThat(err()).content().contains("jdk.incubator.vector").contains("tokens/s");
  }

  @Test
  void itsExitCodeIsTheCommands() throws Exception {
    Process process = start("generate", "--model", TINY);
    waitFor(process);
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(err()).content().contains("gss: nothing to continue");
  }

  @Test
  void othersRunAtOnce() throws Exception {
    Process process = start("pull", "--help");
    waitFor(process);
    assertThat(process.exitValue()).isZero();
    assertThat(err()).isEmptyFile();
  }

  @Test
  void optionsThatAreGivenWin() {
    List<String> line = Launcher.commandLine(List.of("-Xmx1g", "-XX:+UseParallelGC"), "serve");
    assertThat(line).doesNotContain("-XX:+UseSerialGC");
    assertThat(line.indexOf("-Xmx1g")).isGreaterThan(line.indexOf("-XX:MaxRAMPercentage=80"));
    assertThat(line).endsWith(Launcher.class.getName(), "serve");
  }

  @Test
  void aSignalEndsTheServer() throws Exception {
    Process process = start("serve", "--model", TINY, "--port", "0");
    ProcessHandle server = serving(process);
    process.destroy();
    waitFor(process);
    assertThat(process.exitValue()).as(Files.readString(err())).isZero();
    assertThat(server.isAlive()).isFalse();
    assertThat(err()).content().contains("ends once open requests have ended");
  }

  @Test
  void noServerIsLeftBehind() throws Exception {
    Process process = start("serve", "--model", TINY, "--port", "0");
    ProcessHandle server = serving(process);
    process.destroyForcibly();
    waitFor(process);
    assertThat(server.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
  }

  /** The second process, once it serves. */
  private static ProcessHandle serving(Process process) throws IOException {
    assertThat(process.inputReader().readLine()).contains(" serves ");
    return process.children().findFirst().orElseThrow();
  }
}
