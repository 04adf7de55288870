package io.github.gss4j.tokenizer.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.StreamDecoder;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import io.github.gss4j.tokenizer.WellFormed;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class JsonTokenizerTest {
  private static JsonTokenizer open(String kind) {
    return JsonTokenizer.open(Golden.path(kind + "/tokenizer.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytelevel", "wordpiece", "unigram", "bytefallback"})
  void idsAndTextAreThoseOfTheFormatsOwnLibrary(String kind) {
    JsonNode golden = Golden.read(kind + "/ids.json");
    Map<String, String> texts = Golden.texts();
    assertThat(golden.size()).isEqualTo(texts.size());
    try (JsonTokenizer tokenizer = open(kind)) {
      texts.forEach(
          (name, text) -> {
            int[] ids = Golden.ids(golden.get(name).get(0));
            String decoded = golden.get(name).get(1).asText(WellFormed.of(text));
            assertThat(tokenizer.encode(text)).as(name).containsExactly(ids);
            assertThat(tokenizer.decode(ids)).as(name).isEqualTo(decoded);
          });
    }
  }

  @Test
  void byteLevelTokensGiveTheirBytesOneByOneHalvesToo() {
    try (JsonTokenizer tokenizer = open("bytelevel")) {
      int halves = 0;
      for (String text : Golden.texts().values()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : tokenizer.encode(text)) {
          byte[] piece = tokenizer.decode(id);
          halves += new String(piece, UTF_8).contains("\ufffd") ? 1 : 0;
          bytes.writeBytes(piece);
        }
        assertThat(bytes.toByteArray()).isEqualTo(WellFormed.of(text).getBytes(UTF_8));
      }
      assertThat(halves).isGreaterThan(100);
    }
  }

  @Test
  void byteFallbackTokensAreSingleBytes() {
    try (JsonTokenizer tokenizer = open("bytefallback")) {
      StreamDecoder decoder = new StreamDecoder();
      StringBuilder text = new StringBuilder();
      for (int id : tokenizer.encode("the 語thing")) {
        text.append(decoder.accept(tokenizer.decode(id)));
      }
      assertThat(text.append(decoder.finish()).toString()).isEqualTo(" the 語thing");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wordpiece", "unigram"})
  void singleTokensJoinToTheTextButForASpaceAtItsHead(String kind) {
    try (JsonTokenizer tokenizer = open(kind)) {
      int[] ids = tokenizer.encode("the state of the space is gated, gating abc");
      StringBuilder text = new StringBuilder();
      IntStream.of(ids).forEach(id -> text.append(new String(tokenizer.decode(id), UTF_8)));
      assertThat(text.toString()).isEqualTo(" " + tokenizer.decode(ids));
    }
  }

  @Test
  void addedTokensAreFoundInTextAndComeBackAsTheyWere() {
    try (JsonTokenizer tokenizer = open("bytelevel")) {
      int[] ids = tokenizer.encode("a zebra crossing<|endoftext|>");
      assertThat(ids).endsWith(600, 0);
      assertThat(tokenizer.endOfText()).hasValue(0);
      assertThat(tokenizer.size()).isEqualTo(601);
      assertThat(tokenizer.decode(ids)).isEqualTo("a zebra crossing<|endoftext|>");
      assertThat(tokenizer.decode(600)).isEqualTo("zebra crossing".getBytes(UTF_8));
    }
  }

  @Test
  void anIdWithoutATokenHasNoText() {
    try (JsonTokenizer tokenizer = open("wordpiece")) {
      int[] ids = tokenizer.encode("the state");
      int[] padded = IntStream.concat(IntStream.of(ids), IntStream.of(tokenizer.size())).toArray();
      assertThat(tokenizer.isToken(tokenizer.size())).isFalse();
      assertThat(tokenizer.decode(tokenizer.size())).isEmpty();
      assertThat(tokenizer.decode(padded)).isEqualTo("the state");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {0, -1}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anIdBetweenTokensHasNoTextEither(@TempDir Path directory) throws Exception {
    String holes =
        """
        {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
         "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1, "b": 3}}}""";
    Path file = Files.writeString(directory.resolve("tokenizer.json"), holes);
    try (JsonTokenizer tokenizer = JsonTokenizer.open(file)) {
      assertThat(tokenizer.size()).isEqualTo(4);
      assertThat(tokenizer.isToken(2)).isFalse();
      assertThat(tokenizer.decode(2)).isEmpty();
      assertThat(tokenizer.decode(new int[] {1, 2, 3})).isEqualTo("a b");
    }
  }

  @Test
  void closedTokenizerSaysSo() {
    JsonTokenizer tokenizer = open("bytelevel");
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a")).hasMessageContaining("is closed");
  }

  @Test
  void savedCopyIsTheSameFileAndEndOfTextIsTheConfigs(@TempDir Path from, @TempDir Path to)
      throws Exception {
    Files.copy(Golden.path("unigram/tokenizer.json"), from.resolve("tokenizer.json"));
    Files.writeString(
        from.resolve("tokenizer_config.json"), "{\"eos_token\": {\"content\": \"<s>\"}}");
    try (JsonTokenizer tokenizer = JsonTokenizer.open(from.resolve("tokenizer.json"))) {
      assertThat(tokenizer.endOfText()).hasValue(1);
      Files.delete(from.resolve("tokenizer.json"));
      tokenizer.save(to);
    }
    assertThat(to.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(Golden.path("unigram/tokenizer.json"));
    try (Tokenizer copy = Tokenizers.forModel(to, null, 1000)) {
      assertThat(copy.endOfText()).hasValue(1);
    }
    try (Tokenizer plain = open("unigram")) {
      assertThat(plain.endOfText()).hasValue(2);
    }
  }

  @Test
  void vocabularyThatLosesTextIsWarnedOf(@TempDir Path directory) throws Exception {
    String sound = Files.readString(Golden.path("bytelevel/tokenizer.json"));
    Path lossy =
        Files.writeString(directory.resolve("lossy.json"), sound.replace("\"þ\":", "\"þþþ\":"));
    var log = (Logger) LoggerFactory.getLogger(JsonTokenizer.class);
    var heard = new ListAppender<ILoggingEvent>();
    heard.start();
    log.addAppender(heard);
    try {
      open("bytelevel").close();
      assertThat(heard.list).isEmpty();
      JsonTokenizer.open(lossy).close();
      assertThat(heard.list)
          .singleElement()
          .satisfies(e -> assertThat(e.getFormattedMessage()).contains("is left out"));
    } finally {
      log.detachAppender(heard);
    }
  }
}
