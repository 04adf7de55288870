package io.github.gss4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of a run's checkpoints, with and without symbolic links. */
class CheckpointLinkTest {
  @TempDir Path run;

  private Path checkpoint(String name) throws IOException {
    return Files.createDirectory(run.resolve(name));
  }

  @Test
  void aSymbolicLinkIsMadeWhereThereAreSuch() throws IOException {
    CheckpointLink last = new CheckpointLink(run.resolve("last"));
    last.point(checkpoint("step-1"));
    last.point(checkpoint("step-2"));
    assertThat(Files.readSymbolicLink(run.resolve("last"))).isEqualTo(Path.of("step-2"));
    assertThat(last.target()).contains(run.resolve("step-2"));
  }

  @Test
  void aSmallFileStandsForTheLinkWhereThereAreNone() throws IOException {
    CheckpointLink last = new CheckpointLink(run.resolve("last"));
    last.point(
        checkpoint("step-1"),
        (link, target) -> {
          throw new FileSystemException(link.toString(), null, "Operation not permitted");
        });
    assertThat(run.resolve("last")).isRegularFile().hasContent("step-1");
    assertThat(last.target()).contains(run.resolve("step-1"));
    last.point(
        checkpoint("step-2"),
        (link, target) -> {
          throw new UnsupportedOperationException("Symbolic links not supported");
        });
    assertThat(last.target()).contains(run.resolve("step-2"));
    last.point(run.resolve("step-1"));
    assertThat(run.resolve("last")).isSymbolicLink();
  }

  @Test
  void aSmallFileStandsForTheLinkOnWindows() throws IOException {
    try (FileSystem windows = Jimfs.newFileSystem(Configuration.windows())) {
      Path there = Files.createDirectory(windows.getPath("C:\\run"));
      CheckpointLink last = new CheckpointLink(there.resolve("last"));
      for (String name : List.of("step-1", "step-2")) {
        Path step = Files.createDirectory(there.resolve(name));
        last.point(step);
        assertThat(last.path()).isRegularFile();
        assertThat(last.target()).contains(step);
      }
    }
  }

  @Test
  void aModelIsFoundByItsRunAndByTheNameThatIsAFile() throws IOException {
    Files.writeString(checkpoint("step-7").resolve("model.safetensors"), "");
    Files.writeString(run.resolve("best"), "step-7\n");
    assertThat(ModelFiles.find(run).directory()).isEqualTo(run.resolve("step-7"));
    assertThat(ModelFiles.find(run.resolve("best")).directory()).isEqualTo(run.resolve("step-7"));
  }

  @Test
  void whatIsNoLinkOfARunIsNeitherFollowedNorReplaced() throws IOException {
    CheckpointLink last = new CheckpointLink(run.resolve("last"));
    Path step = checkpoint("step-1");
    Path other = checkpoint("other");
    for (String text : new String[] {"", "../step-1", "other", "step-1 and more", "\0"}) {
      Files.writeString(last.path(), text);
      assertThat(last.target()).as(text).isEmpty();
      assertThatThrownBy(() -> last.point(step)).hasMessageContaining("is not a link of a run");
      assertThat(last.path()).hasContent(text);
    }
    Files.delete(last.path());
    Files.createSymbolicLink(last.path(), other.getFileName());
    assertThat(last.target()).isEmpty();
    assertThatThrownBy(() -> last.point(step)).hasMessageContaining("is not a link of a run");
    Files.delete(last.path());
    Files.writeString(run.resolve("last.writing"), "mine");
    assertThatThrownBy(() -> last.point(step)).hasMessageContaining("last.writing");
    assertThat(run.resolve("last.writing")).hasContent("mine");
  }

  @Test
  void aNameWhoseCheckpointIsGoneStandsForNothing() throws IOException {
    CheckpointLink last = new CheckpointLink(run.resolve("last"));
    last.point(run.resolve("step-1"));
    assertThat(last.target()).isEmpty();
    last.point(checkpoint("step-2"));
    assertThat(last.target()).contains(run.resolve("step-2"));
  }
}
