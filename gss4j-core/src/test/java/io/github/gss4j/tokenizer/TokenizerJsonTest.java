package io.github.gss4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerJsonTest {
  @Test
  void whatWasLearnedHereIsReadWithoutTheLibrary(@TempDir Path directory) throws IOException {
    BytePairTrainer trainer = new BytePairTrainer();
    trainer.add("the state of the gate");
    Path file = directory.resolve(TokenizerJson.NAME);
    Files.writeString(file, trainer.learn(260).toString());
    try (Tokenizer tokenizer = TokenizerJson.read(file, 260)) {
      assertThat(tokenizer.decode(tokenizer.encode("the öther gate\n")))
          .isEqualTo("the öther gate\n");
      assertThat(tokenizer.encode("t")).hasSize(1);
    }
    Files.writeString(directory.resolve("tokenizer_config.json"), "{\"eos_token\": \"t\"}");
    assertThatThrownBy(() -> TokenizerJson.read(file, 260))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("gss4j-tokenizers");
  }

  /** As here, and in the distribution for inference. */
  @Test
  void whereNothingReadsItTheErrorNamesWhatToAdd() {
    assertThatThrownBy(() -> TokenizerJson.read(Path.of("tokenizer.json"), 600))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("gss4j-tokenizers, which is not on the class path: add it, or copy")
        .hasMessageContaining("gson-*.jar from lib/ of the full distribution into lib/");
  }
}
