package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints on disk, whatever happens while they are written. */
class RunDirectoryTest {
  @TempDir Path path;
  private RunDirectory directory;

  @BeforeEach
  void open() {
    directory = new RunDirectory(path);
  }

  private Path save(int step) throws IOException {
    return directory.save(step, aside -> Files.writeString(aside.resolve("w"), "step " + step));
  }

  private String content(String name) throws IOException {
    return Files.readString(directory.checkpoint(name).orElseThrow().resolve("w"));
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(f -> f.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void lastAndBestPointToOneEachAndTheOthersGo() throws IOException {
    directory.point(RunDirectory.BEST, save(1));
    save(2);
    save(3);
    directory.prune(1);
    assertThat(names()).containsExactlyInAnyOrder("best", "last", "step-1", "step-3");
    assertThat(content(RunDirectory.BEST)).isEqualTo("step 1");
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 3");
    assertThat(Files.readSymbolicLink(path.resolve("last"))).isEqualTo(Path.of("step-3"));
  }

  @Test
  void theNewestAreKeptAndWhatCameAfterTheLastGoes() throws IOException {
    for (int step = 5; step <= 12; step++) {
      save(step);
    }
    directory.point(RunDirectory.BEST, path.resolve("step-6"));
    Files.createDirectories(path.resolve("step-13")); // renamed, but never pointed to
    Files.createDirectories(path.resolve("step-14.writing"));
    directory.prune(3);
    assertThat(names())
        .containsExactlyInAnyOrder("best", "last", "step-6", "step-10", "step-11", "step-12");
  }

  @Test
  void aFullDiskLeavesTheCheckpointBefore() throws IOException {
    save(1);
    assertThatThrownBy(
            () ->
                directory.save(
                    2,
                    aside -> {
                      Files.writeString(aside.resolve("w"), "half of it");
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("step-2: cannot be written: No space left on device")
        .hasMessageContaining("sound")
        .hasMessageContaining("step-1");
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 1");
    assertThat(names()).containsExactlyInAnyOrder("last", "step-1");
  }

  @Test
  void whatAKillLeftIsNotTakenForACheckpoint() throws IOException {
    save(1);
    Files.createDirectories(path.resolve("step-2.writing"));
    Files.writeString(path.resolve("step-2.writing/w"), "half");
    Files.createDirectories(path.resolve("step-3")); // renamed, but never pointed to
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 1");
    save(2);
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 2");
    assertThat(save(3).resolve("w")).hasContent("step 3");
    directory.prune(1);
    assertThat(names()).containsExactlyInAnyOrder("last", "step-3");
  }

  @Test
  void aCheckpointInUseIsNeverReplaced() throws IOException {
    save(1);
    assertThatThrownBy(() -> save(1)).isInstanceOf(IllegalStateException.class);
    directory.point(RunDirectory.BEST, path.resolve("step-1"));
    save(2);
    assertThatThrownBy(() -> save(1)).hasMessageContaining("in use");
    assertThat(content(RunDirectory.BEST)).isEqualTo("step 1");
  }

  @Test
  void aDirectoryIsUsedOnceItHasAConfiguration() throws IOException {
    assertThat(directory.isUsed()).isFalse();
    directory.writeConfig(new byte[] {'{', '}'});
    assertThat(directory.isUsed()).isTrue();
    assertThat(directory.config()).hasContent("{}");
    assertThat(names()).containsExactly("run.json");
    assertThat(directory.checkpoint(RunDirectory.LAST)).isEmpty();
  }
}
