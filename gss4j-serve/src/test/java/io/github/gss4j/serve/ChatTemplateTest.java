package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.ChatTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates of the field give what transformers makes of them: {@code make-chat-goldens.py}. */
class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

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

  private String found(String config) throws IOException {
    Files.writeString(directory.resolve("tokenizer_config.json"), config);
    return ChatTemplate.of(Optional.empty(), directory)
        .map(template -> template.render(JSON.createArrayNode(), ""))
        .orElse("none");
  }

  @Test
  void ofSeveralTemplatesTheDefaultIsTaken() throws IOException {
    assertThat(
            found(
                "{\"chat_template\":[{\"name\":\"tools\",\"template\":\"t\"},"
                    + "{\"name\":\"default\",\"template\":\"d\"}]}"))
        .isEqualTo("d");
    assertThat(found("{\"chat_template\":\"one\"}")).isEqualTo("one");
    assertThat(found("{\"chat_template\":null}")).isEqualTo("none");
    assertThatThrownBy(() -> found("{\"chat_template\":[{\"name\":\"tools\"}]}"))
        .hasMessageContaining("nor a list with one named 'default'");
  }

  @Test
  void aFileThatIsNoTemplateIsNamedInOneLine() throws IOException {
    assertThatThrownBy(() -> found("{\"chat_template\": \n oops}"))
        .hasMessageContaining("tokenizer_config.json: is not JSON")
        .message()
        .doesNotContain("\n");
    Path jinja = Files.write(directory.resolve("chat_template.jinja"), new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> ChatTemplate.of(Optional.empty(), directory))
        .hasMessage(jinja + ": is not UTF-8, expected a chat template");
    Files.writeString(
        jinja,
        "version https://git-lfs.github.com/spec/v1\noid sha256:"
            + "ab".repeat(32)
            + "\nsize 12\n");
    assertThatThrownBy(() -> ChatTemplate.of(Optional.of(jinja), directory))
        .hasMessageContaining("is a Git LFS pointer");
  }
}
