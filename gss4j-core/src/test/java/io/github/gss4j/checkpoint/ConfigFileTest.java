package io.github.gss4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
  @TempDir private Path directory;

  private Path file(String json) throws IOException {
    return Files.writeString(directory.resolve("config.json"), json);
  }

  /** Python's {@code json.load} says "Extra data"; the rest was dropped, and defaults taken. */
  @ParameterizedTest
  @ValueSource(strings = {"{} \"dim\": 16 }", "{\"dim\": 16} {\"depth\": 1}", "{}]"})
  void whatFollowsTheObjectIsRefused(String json) throws IOException {
    Path file = file(json);
    assertThatThrownBy(() -> ConfigFile.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": is not JSON: ");
  }

  @Test
  void commentsMayFollow() throws IOException {
    assertThat(ConfigFile.read(file("{\"dim\": 16,} # small\n// so far\n")).path("dim").asInt())
        .isEqualTo(16);
  }
}
