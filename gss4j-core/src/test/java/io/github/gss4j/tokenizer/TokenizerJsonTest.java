package io.github.gss4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TokenizerJsonTest {
  /** As here, and in the distribution for inference. */
  @Test
  void whereNothingReadsItTheErrorNamesWhatToAdd() {
    assertThatThrownBy(() -> TokenizerJson.read(Path.of("tokenizer.json"), 600))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("gss4j-tokenizers, which is not on the class path: add it, or copy")
        .hasMessageContaining("gson-*.jar from lib/ of the full distribution into lib/");
  }
}
