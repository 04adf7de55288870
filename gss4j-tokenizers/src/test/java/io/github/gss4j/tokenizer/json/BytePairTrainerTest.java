package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.BytePairTrainer;
import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.WellFormed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
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

  /** {@link TokenizerJson#read} takes such a file without Hugging Face's library. */
  @Test
  void idsAreThoseOfHuggingFace() throws IOException {
    Path file = Files.writeString(directory.resolve("tokenizer.json"), learned().toString());
    List<String> texts = new ArrayList<>(Golden.texts().values());
    texts.add("a\n<|endoftext|>\n    b<|endoftext|><|endoftext|>");
    SplittableRandom random = new SplittableRandom(11);
    String all = String.join("", Golden.texts().values());
    for (int i = 0; i < 200; i++) {
      StringBuilder mixed = new StringBuilder();
      for (int j = random.nextInt(40); j >= 0; j--) {
        int from = random.nextInt(all.length());
        mixed.append(all, from, Math.min(all.length(), from + 1 + random.nextInt(9)));
        mixed.append(random.nextInt(5) == 0 ? "\n  " : "");
      }
      texts.add(mixed.toString());
    }
    try (Tokenizer library = JsonTokenizer.open(file);
        Tokenizer java = TokenizerJson.read(file, Integer.MAX_VALUE)) {
      assertThat(java).isNotInstanceOf(JsonTokenizer.class);
      assertThat(java.size()).isEqualTo(library.size());
      assertThat(java.endOfText()).isEqualTo(library.endOfText());
      for (String text : texts) {
        assertThat(java.encode(text)).as(text).containsExactly(library.encode(text));
      }
      for (int id = 0; id < SIZE; id++) {
        assertThat(java.decode(id)).containsExactly(library.decode(id));
      }
      java.save(Files.createDirectory(directory.resolve("saved")));
    }
    assertThat(directory.resolve("saved/tokenizer.json")).hasSameBinaryContentAs(file);
  }

  @Test
  void fileThatIsNotAsItWasWrittenIsNotReadInJava() throws IOException {
    ObjectNode changed = learned();
    ((ObjectNode) changed.get("model")).putArray("merges").add("a nowhere");
    Path file = Files.writeString(directory.resolve("tokenizer.json"), changed.toString());
    assertThatThrownBy(() -> TokenizerJson.read(file, Integer.MAX_VALUE))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer.json");
    ObjectNode prefixed = learned();
    ((ObjectNode) prefixed.get("decoder")).put("add_prefix_space", true);
    Files.writeString(file, prefixed.toString());
    try (Tokenizer tokenizer = TokenizerJson.read(file, Integer.MAX_VALUE)) {
      assertThat(tokenizer).isInstanceOf(JsonTokenizer.class);
    }
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
