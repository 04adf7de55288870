package io.github.gss4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are written whole, and files that are not ours. */
class AtomicFileTest {
  @TempDir Path directory;

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void aFileIsMadeAndReplacedWithNothingLeftBeside() throws IOException {
    Path file = directory.resolve("sub/a.txt");
    AtomicFile.write(file, "one");
    AtomicFile.write(file, "two");
    assertThat(file).hasContent("two");
    assertThat(file.getParent()).isDirectoryNotContaining("glob:**.writing");
  }

  @Test
  void whatFailsLeavesTheOldFileAndNothingBeside() throws IOException {
    Path file = directory.resolve("a.txt");
    AtomicFile.write(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    aside -> {
                      Files.writeString(aside, "half");
                      throw new IOException("No space left on device");
                    }))
        .hasMessage(file + ": cannot be written: No space left on device");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void onlyAFileWithTheMarkMayBeReplaced() throws IOException {
    Path file = directory.resolve("a.svg");
    assertThatCode(() -> OverwriteCheck.check(file, "gss4j")).doesNotThrowAnyException();
    Files.writeString(file, "<svg class=gss4j>");
    assertThatCode(() -> OverwriteCheck.check(file, "gss4j")).doesNotThrowAnyException();
    assertThatThrownBy(() -> OverwriteCheck.refuse(file)).hasMessageContaining("already exists");
    Files.writeString(file, "mine");
    assertThatThrownBy(() -> OverwriteCheck.check(file, "gss4j"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.svg exists and would be replaced");
    Files.delete(file);
    Files.createSymbolicLink(file, directory.resolve("gone"));
    assertThatThrownBy(() -> OverwriteCheck.check(file, "gss4j"))
        .hasMessageContaining("would be replaced");
    assertThatThrownBy(() -> OverwriteCheck.check(directory, "gss4j"))
        .hasMessageContaining("would be replaced");
  }
}
