package io.github.gss4j.study.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookLogTest {
  @TempDir Path directory;

  @Test
  void onlyLaterStepsAndATornLastLineAreDropped() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    LookLog log = new LookLog(file);
    log.cut(0);
    assertThat(file).isEmptyFile();
    Files.writeString(file, "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st");
    log.cut(2);
    assertThat(file).hasContent("{\"step\":1}\n{\"step\":2}\n");
  }

  @Test
  void aDamagedLineIsAnErrorAndNotDropped() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    String damaged = "{\"step\":1}\n{\"st\n{\"step\":3}\n";
    Files.writeString(file, damaged);
    assertThatThrownBy(() -> new LookLog(file).cut(9))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": line 2 is not JSON");
    assertThat(file).hasContent(damaged);
    Files.writeString(file, "{\"step\":1}\n{}\n");
    assertThatThrownBy(() -> new LookLog(file).cut(9)).hasMessage(file + ": line 2 has no step");
  }
}
