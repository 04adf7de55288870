package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.ChatTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates of the field give what transformers makes of them: {@code make-chat-goldens.py}. */
class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  record Golden(String name, String template, JsonNode messages, String text) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Golden> goldens() throws IOException {
    List<Golden> all = new ArrayList<>();
    try (InputStream file = ChatTemplateTest.class.getResourceAsStream("/chat-goldens.json")) {
      for (JsonNode golden : JSON.readTree(file)) {
        all.add(
            new Golden(
                golden.path("name").asText(),
                golden.path("template").asText(),
                golden.path("messages"),
                golden.path("text").asText()));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aChatIsRenderedAsTransformersDoes(Golden golden) {
    assertThat(new ChatTemplate(golden.template()).render(golden.messages(), "<s>"))
        .isEqualTo(golden.text());
  }

  @Test
  void whatATemplateDoesNotTakeIsSaid() throws IOException {
    JsonNode messages = JSON.readTree("[{\"role\":\"assistant\",\"content\":\"x\"}]");
    ChatTemplate strict =
        new ChatTemplate("{% if true %}{{ raise_exception('no such chat') }}{% endif %}");
    assertThatThrownBy(() -> strict.render(messages, ""))
        .isInstanceOf(ApiException.class)
        .hasMessage("the chat template refuses: no such chat");
    assertThatThrownBy(() -> new ChatTemplate("{% for %}").render(messages, ""))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("chat template");
  }

  @Test
  void aMessageIsTextAndNoTemplate() throws IOException {
    JsonNode messages = JSON.readTree("[{\"role\":\"user\",\"content\":\"{{ 6 * 7 }}\"}]");
    assertThat(new ChatTemplate("{{ messages[0].content }}").render(messages, ""))
        .isEqualTo("{{ 6 * 7 }}");
  }
}
