package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path BYTE_LEVEL = Golden.path("bytelevel");

  @TempDir Path directory;

  private static Vocabulary of(Path model, String name) {
    return Vocabulary.ofModel(model, name).orElseThrow();
  }

  /** The file of old, which a tokenizer.json says the same as. */
  private ObjectNode spellings() throws IOException {
    JsonNode file = JSON.readTree(BYTE_LEVEL.resolve("tokenizer.json").toFile());
    ObjectNode spellings = file.at("/model/vocab").deepCopy();
    file.path("added_tokens").forEach(t -> spellings.set(t.path("content").asText(), t.get("id")));
    return spellings;
  }

  private void write(JsonNode spellings) throws IOException {
    Files.write(directory.resolve("vocab.json"), JSON.writeValueAsBytes(spellings));
  }

  @Test
  void eitherFileSaysTheSame() throws IOException {
    write(spellings());
    try (Tokenizer tokenizer = JsonTokenizer.open(BYTE_LEVEL.resolve("tokenizer.json"))) {
      assertThatCode(() -> of(BYTE_LEVEL, "").requireSame(tokenizer)).doesNotThrowAnyException();
      assertThatCode(() -> of(directory, "").requireSame(tokenizer)).doesNotThrowAnyException();
    }
  }

  @Test
  void aVocabularyOfTheSameSizeWithOtherTokensIsRefused() throws IOException {
    ObjectNode swapped = spellings();
    JsonNode first = swapped.get("he");
    JsonNode second = swapped.get("in");
    swapped.set("he", second);
    swapped.set("in", first);
    write(swapped);
    try (Tokenizer tokenizer = JsonTokenizer.open(BYTE_LEVEL.resolve("tokenizer.json"))) {
      int lower = Math.min(first.asInt(), second.asInt());
      assertThatThrownBy(() -> of(directory, "").requireSame(tokenizer))
          .isInstanceOf(TokenizerException.class)
          .hasMessageContainingAll("vocab.json: token " + lower + " is ", "'he'", "'in'")
          .hasMessageContaining("as in the tokenizer tokenizer.json");
    }
  }

  @Test
  void theNameInTheConfigComesBeforeFiles() {
    assertThatCode(() -> of(BYTE_LEVEL, "bytes").requireSame(new ByteTokenizer()))
        .doesNotThrowAnyException();
    assertThatCode(() -> of(directory, "gpt2").requireSame(new Gpt2Tokenizer()))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> of(directory, "bytes").requireSame(new Gpt2Tokenizer()))
        .hasMessageContaining("token 0 is '\\x00' there, expected '!'");
  }

  @Test
  void tokensBeyondTheVocabularyAreNone() throws IOException {
    write(JSON.createObjectNode().put("\u0100", 0).put("\u0101", 1));
    assertThatThrownBy(() -> of(directory, "").requireSame(new ByteTokenizer()))
        .hasMessageContaining("token 2 is none there");
  }

  @Test
  void aDirectoryWithoutFilesSaysNothing() {
    assertThat(Vocabulary.ofModel(directory, "")).isEmpty();
  }
}
