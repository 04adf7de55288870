package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of token ids as they are written. */
class TokenWriterTest {
  /** Windows renames no open file. */
  @Test
  void aFinishedFileIsClosed(@TempDir Path home) throws IOException {
    try (TokenWriter out = new TokenWriter(home.resolve("ids.writing"), 10, true)) {
      out.write(new int[] {1, 2}, new int[] {1, 1});
      assertThat(out.finish("ids").tokens()).isEqualTo(2);
      assertThatThrownBy(() -> out.write(new int[1 << 16])).hasMessageContaining("Closed");
    }
  }
}
