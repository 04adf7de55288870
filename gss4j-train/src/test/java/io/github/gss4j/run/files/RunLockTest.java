package io.github.gss4j.run.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One run a directory; {@code KillResumeTest} looks at two processes. */
class RunLockTest {
  @TempDir Path directory;

  @Test
  void aSecondIsRefusedUntilTheFirstIsClosed() throws IOException {
    Path run = directory.resolve("new/run");
    try (RunLock first = RunLock.take(run)) {
      assertThatThrownBy(() -> RunLock.take(run))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(run.toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      assertThat(first).isNotNull();
    }
    RunLock.take(run).close();
  }

  @Test
  void aFileOfThatNameThatNoRunWroteIsLeftAsItIs() throws IOException {
    Files.writeString(directory.resolve("run.lock"), "my lock\n");
    assertThatThrownBy(() -> RunLock.take(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("run.lock: was not written by a run");
    assertThat(directory.resolve("run.lock")).hasContent("my lock");
  }
}
