package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.Tokenizers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersTest {
  @TempDir Path empty;

  private final Path withJson = Golden.path("bytelevel");

  private static String chosen(Path directory, String name, int numTokens) {
    try (Tokenizer tokenizer = Tokenizers.forModel(directory, name, numTokens)) {
      return tokenizer.name();
    }
  }

  @Test
  void configsNameDecides() {
    assertThat(chosen(withJson, "bytes", 256)).isEqualTo("bytes");
    assertThat(chosen(withJson, "gpt2", 50304)).isEqualTo("gpt2");
    assertThat(chosen(withJson, "tokenizer.json", 601)).isEqualTo("tokenizer.json");
  }

  @Test
  void fileInTheDirectoryComesBeforeTheNumberOfTokens() {
    assertThat(chosen(withJson, null, 50257)).isEqualTo("tokenizer.json");
  }

  @Test
  void numberOfTokensDecidesWhereNothingElseDoes() {
    assertThat(chosen(empty, null, 256)).isEqualTo("bytes");
    assertThat(chosen(empty, null, 50257)).isEqualTo("gpt2");
  }

  @Test
  void theCommandLineNamesOrPointsTo() {
    String file = withJson.resolve("tokenizer.json").toString();
    String other = Golden.path("wordpiece").resolve("tokenizer.json").toString();
    try (Tokenizer bytes = Tokenizers.open("bytes");
        Tokenizer gpt2 = Tokenizers.open("gpt2");
        Tokenizer json = Tokenizers.open(file);
        Tokenizer again = Tokenizers.open(file);
        Tokenizer another = Tokenizers.open(other)) {
      assertThat(json.name()).isEqualTo("tokenizer.json");
      assertThat(json.fingerprint())
          .isEqualTo(again.fingerprint())
          .isNotEqualTo(another.fingerprint());
      assertThat(bytes.fingerprint()).isNotEqualTo(gpt2.fingerprint());
    }
    assertThatThrownBy(() -> Tokenizers.open("words"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'words', expected bytes, gpt2 or the path");
  }

  @Test
  void unknownCasesSayWhatToDo() {
    assertThatThrownBy(() -> Tokenizers.forModel(empty, null, 300))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("300 tokens: put its tokenizer.json there, or set \"tokenizer\"");
    assertThatThrownBy(() -> Tokenizers.forModel(empty, "gtp2", 50257))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'gtp2'")
        .hasMessageContaining("bytes, gpt2 or tokenizer.json");
    assertThatThrownBy(() -> Tokenizers.forModel(empty, "tokenizer.json", 300))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void tokenizerLargerThanTheModelIsRefused() {
    assertThatThrownBy(() -> Tokenizers.forModel(withJson, null, 600))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("has 601 tokens, but the model knows only 600");
  }
}
