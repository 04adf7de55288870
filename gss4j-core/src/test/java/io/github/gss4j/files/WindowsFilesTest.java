package io.github.gss4j.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and file systems of Windows. */
class WindowsFilesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"a:b", "a?", "*", "a\"b", "<a>", "a|b", "a\\b", "a/b", "a.", "a ", "a\nb", "NUL"})
  void aNameThatWindowsRefusesIsReplacedByOneThatItTakes(String name) {
    assertThat(WindowsFiles.refuse(name)).isTrue();
    assertThat(WindowsFiles.refuse(WindowsFiles.nameFor(name))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"com1.json,_com1.json", "q?a=1.gz,q_a=1.gz", "..,._", "'',_"})
  void theReplacedNameKeepsWhatItCan(String name, String expected) {
    assertThat(WindowsFiles.nameFor(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c4-train.00000-of-01024.json.gz", ".gitignore", "console", "a b", "ß"})
  void aNameThatWindowsTakesStaysAsItIs(String name) {
    assertThat(WindowsFiles.refuse(name)).isFalse();
    assertThat(WindowsFiles.nameFor(name)).isEqualTo(name);
  }

  @Test
  void aDirectoryIsNotOpenedOnWindowsToBeSynced() throws IOException {
    try (FileSystem windows = Jimfs.newFileSystem(Configuration.windows())) {
      Path directory = Files.createDirectory(windows.getPath("C:\\run"));
      assertThat(WindowsFiles.hold(directory)).isTrue();
      DiskSync.of(directory); // to open it throws, as on Windows
      Path file = Files.writeString(directory.resolve("file"), "kept");
      DiskSync.of(file);
      assertThat(file).hasContent("kept");
    }
  }

  @Test
  void thisMachinesFilesAreSyncedWithTheirDirectory(@TempDir Path here) throws IOException {
    Path file = Files.writeString(here.resolve("file"), "kept");
    DiskSync.of(file);
    DiskSync.of(here);
    assertThat(file).hasContent("kept");
  }
}
