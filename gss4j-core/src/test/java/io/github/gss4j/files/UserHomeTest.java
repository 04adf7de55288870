package io.github.gss4j.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Homes of users, also of those that the system does not know. */
class UserHomeTest {
  @Test
  void theVariableCountsAndElseTheSystemsEntryAndNeverTheCurrentDirectory() {
    assertThat(UserHome.of(Map.of("HOME", "/h"), "/known")).isEqualTo(Path.of("/h"));
    assertThat(UserHome.of(Map.of("HOME", "/h"), "?")).isEqualTo(Path.of("/h"));
    assertThat(UserHome.of(Map.of("USERPROFILE", "/u"), "?")).isEqualTo(Path.of("/u"));
    assertThat(UserHome.of(Map.of("HOME", " "), "/known")).isEqualTo(Path.of("/known"));
    assertThat(UserHome.of(Map.of(), "?")).isEqualTo(Path.of("/nonexistent"));
    assertThat(UserHome.of(Map.of(), "")).isEqualTo(Path.of("/nonexistent"));
  }
}
