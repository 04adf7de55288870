package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The token that ends a text, as {@code transformers} 5.24 finds it ({@code eos_token_id}). */
class EndOfTextTest {
  private static final String PLAIN =
      """
      {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
                 "vocab": {"[UNK]": 0, "a": 1, "</s>": 2, "b": 3, "c": 4}}}""";
  private static final String SPECIAL =
      PLAIN
          .replace("[]", "[{\"id\": 2, \"content\": \"</s>\", \"special\": true}]")
          .replace(
              "\"special\"",
              "\"single_word\": false, \"lstrip\": false, \"rstrip\": false,"
                  + " \"normalized\": false, \"special\"");

  @TempDir Path directory;

  private JsonTokenizer open(String config, String map, String added) throws IOException {
    Path file = Files.writeString(directory.resolve("tokenizer.json"), PLAIN);
    write("tokenizer_config.json", config);
    write("special_tokens_map.json", map);
    write("added_tokens.json", added);
    return JsonTokenizer.open(file);
  }

  private void write(String name, String content) throws IOException {
    if (!content.isEmpty()) {
      Files.writeString(directory.resolve(name), content);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\0',
      ignoreLeadingAndTrailingWhitespace = true,
      emptyValue = "",
      nullValues = "none",
      value = {
        "{\"eos_token\": \"</s>\"};;;2",
        "{\"eos_token\": {\"__type\": \"AddedToken\", \"content\": \"b\", \"lstrip\": false}};;;3",
        ";{\"eos_token\": \"a\"};;1",
        "{\"eos_token\": null};{\"eos_token\": {\"content\": \"b\", \"lstrip\": false}};;3",
        "{\"eos_token\": \"</s>\"};{\"eos_token\": \"b\"};;3",
        "{\"eos_token\": \"</s>\"};{\"eos_token\": null};;none",
        "{\"eos_token\": \"</s>\", \"added_tokens_decoder\": {}};{\"eos_token\": \"b\"};;2",
        "{\"eos_token\": \"<eos>\"};;;5",
        "{\"eos_token\": \"<eos>\", \"bos_token\": \"<bos>\", \"pad_token\": \"<pad>\"};;;6",
        "{\"eos_token\": \"<eos>\"};;{\"<eos>\": 5, \"<q>\": 6};5",
        "{\"eos_token\": \"<eos>\"};;{\"<q>\": 5, \"<eos>\": 6};6",
        "{\"eos_token\": \"<eos>\", \"added_tokens_decoder\": {\"10\": {\"content\": \"<x>\"},"
            + " \"9\": {\"content\": \"<y>\"}}};;;7",
        "{\"tokenizer_class\": \"LlamaTokenizer\"};;;2",
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"};;;none",
      })
  void endIsTheOneThatTransformersFinds(String config, String map, String added, Integer id)
      throws IOException {
    OptionalInt expected = id == null ? OptionalInt.empty() : OptionalInt.of(id);
    try (JsonTokenizer tokenizer = open(text(config), text(map), text(added))) {
      assertThat(tokenizer.endOfText()).isEqualTo(expected);
      Path copy = Files.createDirectory(directory.resolve("copy"));
      tokenizer.save(copy);
      try (Tokenizer again = Tokenizers.forModel(copy, null, tokenizer.size())) {
        assertThat(again.endOfText()).as("with the files kept").isEqualTo(expected);
      }
    }
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  @Test
  void anEndThatIsAddedIsFoundInTextAndInDecoding() throws IOException {
    try (JsonTokenizer tokenizer = open("{\"eos_token\": \"<eos>\"}", "", "")) {
      assertThat(tokenizer.size()).isEqualTo(6);
      assertThat(tokenizer.encode("a<eos>b")).containsExactly(1, 5, 3);
      assertThat(tokenizer.decode(5)).asString().isEqualTo("<eos>");
    }
  }

  @Test
  void aModelWithoutAnIdForTheEndKeepsItsTokens() throws IOException {
    open("{\"eos_token\": \"<eos>\"}", "", "").close();
    try (Tokenizer tokenizer = Tokenizers.forModel(directory, null, 5)) {
      assertThat(tokenizer.size()).isEqualTo(5);
      assertThat(tokenizer.endOfText()).isEmpty();
    }
  }

  @Test
  void aFileBesideThatIsNoObjectIsNamed() {
    assertThatThrownBy(() -> open("[]", "", ""))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContainingAll("tokenizer_config.json", "is not a JSON object");
  }

  @Test
  void whereNoEndIsKnownALineSaysSo() throws IOException {
    var log = (Logger) LoggerFactory.getLogger(JsonTokenizer.class);
    var heard = new ListAppender<ILoggingEvent>();
    heard.start();
    log.addAppender(heard);
    try {
      open("", "", "").close();
      assertThat(heard.list)
          .singleElement()
          .satisfies(e -> assertThat(e.getFormattedMessage()).contains("no token is known to end"));
      heard.list.clear();
      open("{\"eos_token\": \"<eos>\"}", "", "").close();
      Tokenizers.forModel(directory, null, 5).close();
      assertThat(heard.list)
          .singleElement()
          .satisfies(e -> assertThat(e.getFormattedMessage()).contains("has no token '<eos>'"));
    } finally {
      log.detachAppender(heard);
    }
  }

  @Test
  void aSpecialTokenThatIsCalledAsEndsAreIsTakenWhereNoFileSaysMore() throws IOException {
    Files.writeString(directory.resolve("tokenizer.json"), SPECIAL);
    try (Tokenizer tokenizer = JsonTokenizer.open(directory.resolve("tokenizer.json"))) {
      assertThat(tokenizer.endOfText()).hasValue(2);
    }
  }
}
