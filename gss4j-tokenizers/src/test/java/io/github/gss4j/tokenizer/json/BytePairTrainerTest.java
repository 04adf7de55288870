package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.BytePairTrainer;
import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.WellFormed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairTrainerTest {
  private static final int SIZE = 700;

  @TempDir Path directory;

  /**
   * {@code bpe-learned.json} is what Hugging Face's {@code BpeTrainer} learns of the same texts.
   */
  @Test
  void mergesAreThoseOfHuggingFace() {
    assertThat(texts(merges(learned())))
        .containsExactlyElementsOf(texts(Golden.read("bpe-learned.json").get("merges")));
  }

  @Test
  void fileGivesEveryTextBack() throws IOException {
    Path file = Files.writeString(directory.resolve("tokenizer.json"), learned().toString());
    try (Tokenizer tokenizer = JsonTokenizer.open(file)) {
      assertThat(tokenizer.size()).isEqualTo(SIZE);
      assertThat(tokenizer.endOfText()).hasValue(0);
      Golden.texts()
          .forEach(
              (name, text) ->
                  assertThat(tokenizer.decode(tokenizer.encode(text)))
                      .as(name)
                      .isEqualTo(WellFormed.of(text)));
    }
  }

  /** So that what follows a prompt is the same wherever between the two the prompt ends. */
  @Test
  void lineBreakAndIndentationAreTokensOfTheirOwn() throws IOException {
    BytePairTrainer trainer = new BytePairTrainer();
    trainer.add("if (a) {\n    b();\n    c();\n}\n\n".repeat(9));
    Path file =
        Files.writeString(directory.resolve("tokenizer.json"), trainer.learn(300).toString());
    try (Tokenizer tokenizer = JsonTokenizer.open(file)) {
      assertThat(Arrays.stream(tokenizer.encode("b;\n\n    c")).mapToObj(tokenizer::decode))
          .extracting(bytes -> new String(bytes, StandardCharsets.UTF_8))
          .containsExactly("b", ";", "\n", "\n", "    ", "c");
    }
  }

  @Test
  void vocabularyEndsWhereEveryWordIsOneToken() {
    BytePairTrainer trainer = new BytePairTrainer();
    trainer.add("ab ab");
    assertThat(texts(merges(trainer.learn(400)))).containsExactly("a b", "Ġ ab");
  }

  @Test
  void learningAgainGivesTheSame() {
    BytePairTrainer trainer = new BytePairTrainer();
    Golden.texts().values().forEach(trainer::add);
    assertThat(trainer.learn(SIZE)).isEqualTo(trainer.learn(SIZE));
  }

  @Test
  void fewerThanTheBytesAreRefused() {
    assertThatThrownBy(() -> new BytePairTrainer().learn(256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabulary is 256, expected at least 258");
  }

  private static ObjectNode learned() {
    BytePairTrainer trainer = new BytePairTrainer();
    Golden.texts().values().forEach(trainer::add);
    return trainer.learn(SIZE);
  }

  private static JsonNode merges(ObjectNode tokenizer) {
    return tokenizer.get("model").get("merges");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
