package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.LoadOptions;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Each byte of a character, and of a stop text, comes as a token of its own. */
class SplitTextTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int END_OF_SCRIPT = 255; // no byte of UTF-8

  private static Path directory;
  private static GssModel model;
  private static HttpUser user;

  @BeforeContainer
  static void start() throws IOException {
    directory = Files.createTempDirectory("split");
    model = GssModel.load(Serving.tiny(directory), LoadOptions.defaults().withEngine("script"));
    user = new HttpUser(GssServer.start(model, Serving.options()));
  }

  @AfterContainer
  static void stop() throws IOException {
    user.server.close();
    model.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  record Case(String text, List<String> stops) {}

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "a",
            "b",
            "ab",
            "é",
            "e\u0301",
            "漢",
            "🙂",
            "👩‍👩‍👧‍👦",
            "🇫🇷",
            "\n",
            "###",
            "#",
            " ",
            "\u200d");
    Arbitrary<String> texts =
        pieces.list().ofMinSize(1).ofMaxSize(30).map(list -> String.join("", list));
    Arbitrary<List<String>> stops =
        pieces
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(list -> String.join("", list))
            .list()
            .ofMaxSize(4);
    return Combinators.combine(texts, stops).as(Case::new);
  }

  /** What is left where the first stop to be whole is cut. */
  private static String expected(Case it) {
    for (int at = 0; at <= it.text().length(); at++) {
      boolean whole = at == it.text().length() || !Character.isLowSurrogate(it.text().charAt(at));
      String written = it.text().substring(0, at);
      int cut = it.stops().stream().mapToInt(written::indexOf).filter(i -> i >= 0).min().orElse(-1);
      if (whole && cut >= 0) {
        return written.substring(0, cut);
      }
    }
    return it.text();
  }

  private static ObjectNode body(Case it) {
    int[] ids = new ByteTokenizer().encode(it.text());
    ObjectNode body = JSON.createObjectNode();
    ArrayNode prompt = body.putArray("prompt");
    for (int id : ids) {
      prompt.add(id);
    }
    prompt.add(END_OF_SCRIPT);
    ArrayNode stop = body.putArray("stop");
    it.stops().forEach(stop::add);
    return body.put("max_tokens", ids.length).put("temperature", 0);
  }

  @Property(tries = 300)
  void everySplitGivesTheWholeText(@ForAll("cases") Case it) {
    String expected = expected(it);
    String reason = expected.equals(it.text()) ? "length" : "stop";
    JsonNode whole = user.complete(body(it).toString()).json().path("choices").path(0);
    assertThat(whole.path("text").asText()).isEqualTo(expected);
    List<JsonNode> pieces =
        user.complete(body(it).put("stream", true).toString()).events().stream()
            .map(event -> event.path("choices").path(0))
            .toList();
    assertThat(pieces.stream().map(p -> p.path("text").asText()).collect(Collectors.joining()))
        .isEqualTo(expected);
    assertThat(pieces)
        .allMatch(
            p -> p.path("text").asText().codePoints().noneMatch(c -> c >= 0xd800 && c < 0xe000));
    assertThat(pieces.get(pieces.size() - 1).path("finish_reason").asText()).isEqualTo(reason);
    assertThat(whole.path("finish_reason").asText()).isEqualTo(reason);
  }
}
