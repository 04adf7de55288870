package io.github.gss4j.run.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.files.FileTrees;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    return directory.save(step, aside -> write(aside, step, false));
  }

  private static void write(Path checkpoint, int step, boolean best) throws IOException {
    Files.writeString(checkpoint.resolve("w"), "step " + step);
    Files.writeString(checkpoint.resolve("config.json"), "{}");
    for (String name : List.of("model.safetensors", "optimizer.safetensors")) {
      Files.write(checkpoint.resolve(name), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
    }
    String state = "{\"step\": " + step + ", \"best\": " + best + "}";
    Files.writeString(checkpoint.resolve("training.json"), state);
  }

  /** A checkpoint that was renamed, but never pointed to. */
  private Path orphan(int step, boolean best) throws IOException {
    Path checkpoint = Files.createDirectory(path.resolve("step-" + step));
    write(checkpoint, step, best);
    return checkpoint;
  }

  /** A name as {@code cp -rL} leaves it. */
  private void follow(String name) throws IOException {
    Path target = directory.checkpoint(name).orElseThrow();
    Files.delete(path.resolve(name));
    Files.createDirectory(path.resolve(name));
    try (Stream<Path> files = Files.list(target)) {
      for (Path file : files.toList()) {
        Files.copy(file, path.resolve(name).resolve(file.getFileName()));
      }
    }
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
  void checkpointsAreSavedNamedAndPrunedOnWindows() throws IOException {
    try (FileSystem windows = Jimfs.newFileSystem(Configuration.windows())) {
      path = Files.createDirectory(windows.getPath("C:\\run"));
      directory = new RunDirectory(path);
      directory.point(RunDirectory.BEST, save(1));
      save(2);
      save(3);
      directory.prune(1);
      assertThat(names()).containsExactlyInAnyOrder("best", "last", "step-1", "step-3");
      assertThat(content(RunDirectory.BEST)).isEqualTo("step 1");
      assertThat(directory.settle()).contains(path.resolve("step-3"));
    }
  }

  @Test
  void aCheckpointInUseIsNotReplacedWhereTheRunIsReachedByALink() throws IOException {
    directory = new RunDirectory(Files.createSymbolicLink(path.resolve("link"), path));
    save(1);
    assertThatThrownBy(() -> save(1)).hasMessageContaining("is in use");
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 1");
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
    orphan(13, false);
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
        .hasMessageContaining("intact")
        .hasMessageContaining("step-1");
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 1");
    assertThat(names()).containsExactlyInAnyOrder("last", "step-1");
  }

  @Test
  void whatAKillLeftIsNotTakenForACheckpoint() throws IOException {
    save(1);
    Files.createDirectories(path.resolve("step-2.writing"));
    Files.writeString(path.resolve("step-2.writing/.gss4j-writing"), "");
    Files.writeString(path.resolve("step-2.writing/w"), "half");
    orphan(3, false);
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

  @Test
  void aCopyWhoseLinksWereFollowedGoesOnFromItsLastCheckpoint() throws IOException {
    directory.point(RunDirectory.BEST, save(1));
    save(2);
    save(3);
    follow(RunDirectory.LAST);
    follow(RunDirectory.BEST);
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 3");
    assertThat(directory.settle()).contains(path.resolve("step-3").toRealPath());
    save(4);
    directory.prune(1);
    assertThat(names()).containsExactlyInAnyOrder("best", "last", "step-1", "step-4");
    assertThat(content(RunDirectory.BEST)).isEqualTo("step 1");
  }

  @Test
  void aCopyOfTheNamesAloneGivesTheCheckpointsTheirNamesBack() throws IOException {
    directory.point(RunDirectory.BEST, save(1));
    save(2);
    follow(RunDirectory.LAST);
    follow(RunDirectory.BEST);
    FileTrees.delete(path.resolve("step-1"));
    FileTrees.delete(path.resolve("step-2"));
    assertThat(directory.settle()).contains(path.resolve("step-2").toRealPath());
    assertThat(content(RunDirectory.BEST)).isEqualTo("step 1");
    assertThat(names()).containsExactlyInAnyOrder("best", "last", "step-1", "step-2");
  }

  @Test
  void aDirectoryOfAnotherKindInPlaceOfALinkIsNotTouched() throws IOException {
    save(2);
    Files.delete(path.resolve("last"));
    Files.createDirectory(path.resolve("last"));
    Files.writeString(path.resolve("last/mine"), "mine");
    assertThatThrownBy(() -> directory.settle())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("last: is a directory")
        .hasMessageContaining("move it away");
    assertThat(path.resolve("last/mine")).hasContent("mine");
    FileTrees.delete(path.resolve("last"));
    Files.writeString(path.resolve("last"), "my notes");
    assertThatThrownBy(() -> directory.settle()).hasMessageContaining("is not a link of a run");
    assertThatThrownBy(() -> save(3)).hasMessageContaining("is not a link of a run");
    assertThat(path.resolve("last")).hasContent("my notes");
  }

  @Test
  void aCopyWithoutLinksGoesOnFromTheNewestWholeCheckpoint() throws IOException {
    orphan(7, true);
    orphan(9, false);
    Files.writeString(orphan(11, true).resolve("model.safetensors"), "cut short");
    Files.delete(orphan(12, true).resolve("optimizer.safetensors"));
    Files.delete(orphan(13, true).resolve("training.json"));
    Files.delete(path.resolve("step-13/w"));
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 9");
    assertThat(content(RunDirectory.BEST)).isEqualTo("step 7");
    assertThatThrownBy(() -> directory.settle())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("step-13: is not a checkpoint of this run");
    FileTrees.delete(path.resolve("step-13"));
    assertThat(directory.settle()).contains(path.resolve("step-9").toRealPath());
    assertThat(Files.readSymbolicLink(path.resolve("last"))).isEqualTo(Path.of("step-9"));
  }

  @Test
  void aRunWhoseCheckpointsAreAllDamagedIsNotBegunAnew() throws IOException {
    Files.delete(orphan(5, false).resolve("model.safetensors"));
    assertThatThrownBy(() -> directory.settle())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("step-5: is not whole");
  }

  @Test
  void aRunWithoutACheckpointKeepsItsMetricsWhenItBeginsAnew() throws IOException {
    Files.writeString(directory.metrics(), "of 400 steps\n");
    assertThat(directory.settle()).isEmpty();
    Files.writeString(directory.metrics(), "of 300 steps\n");
    assertThat(directory.settle()).isEmpty();
    assertThat(names()).containsExactlyInAnyOrder("metrics-1.jsonl", "metrics-2.jsonl");
    assertThat(path.resolve("metrics-1.jsonl")).hasContent("of 400 steps");
    assertThat(path.resolve("metrics-2.jsonl")).hasContent("of 300 steps");
  }

  @Test
  void whatARunDidNotWriteIsNeitherPrunedNorReplaced() throws IOException {
    Path elsewhere = Files.createDirectories(path.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("mine"), "mine");
    save(10);
    Files.createDirectories(path.resolve("step-3"));
    Files.writeString(path.resolve("step-3/mine"), "mine");
    Files.writeString(path.resolve("step-5"), "mine");
    Files.createSymbolicLink(path.resolve("step-9"), elsewhere);
    Files.createDirectories(path.resolve("step-4.writing"));
    Files.writeString(path.resolve("step-4.writing/mine"), "mine");
    write(Files.createDirectories(path.resolve("step-8")), 800, false); // renamed by hand
    assertThat(directory.settle()).isPresent();
    save(11);
    directory.prune(1);
    assertThat(names())
        .containsExactlyInAnyOrder(
            "elsewhere",
            "last",
            "step-11",
            "step-3",
            "step-4.writing",
            "step-5",
            "step-8",
            "step-9");
    assertThat(elsewhere.resolve("mine")).hasContent("mine");
    assertThat(path.resolve("step-3/mine")).hasContent("mine");
    Files.createDirectories(path.resolve("step-12"));
    Files.writeString(path.resolve("step-12/mine"), "mine");
    assertThatThrownBy(() -> save(12))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("step-12 exists and does not belong to this run")
        .hasMessageContaining("intact");
    Files.createDirectories(path.resolve("step-13.writing"));
    Files.writeString(path.resolve("step-13.writing/mine"), "mine");
    assertThatThrownBy(() -> save(13))
        .hasMessageContaining("step-13.writing exists and does not belong");
    assertThat(path.resolve("step-12/mine")).hasContent("mine");
    assertThat(path.resolve("step-13.writing/mine")).hasContent("mine");
    assertThat(content(RunDirectory.LAST)).isEqualTo("step 11");
  }

  @Test
  void aNewRunIsRefusedWhereItWouldReplaceSomething() throws IOException {
    Files.writeString(path.resolve("notes.txt"), "mine");
    Files.createDirectories(path.resolve("step-by-step"));
    directory.refuseUsed();
    for (String name :
        List.of("step-1000", "step-5.writing", "last", "best", "metrics.jsonl", "report.html")) {
      Files.writeString(path.resolve(name), "mine");
      assertThatThrownBy(() -> directory.refuseUsed())
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(path.resolve(name).toString())
          .hasMessageContaining("choose another --out");
      Files.delete(path.resolve(name));
    }
    directory.writeConfig(new byte[] {'{', '}'});
    assertThatThrownBy(() -> directory.refuseUsed()).hasMessageContaining("already holds a run");
  }
}
