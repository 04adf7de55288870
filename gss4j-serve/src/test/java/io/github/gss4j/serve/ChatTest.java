package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.serve.api.ChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/chat/completions}. */
@Timeout(60)
class ChatTest {
  private static final String TEMPLATE =
      "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}<assistant>";
  private static final String CHAT =
      "{\"model\":\"tiny\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
          + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}],"
          + "\"temperature\":0,\"max_completion_tokens\":9";

  @TempDir private Path directory;

  @Test
  void messagesBecomeOneTextByTheTemplate() {
    try (GssModel model = Serving.load(Serving.tiny(directory));
        GssServer server = GssServer.listen(Serving.options())) {
      server.serve(model, Optional.of(new ChatTemplate(TEMPLATE)));
      HttpUser user = new HttpUser(server);
      String expected =
          model
              .generate(
                  "<system>Be brief.\n<user>hello\n<assistant>",
                  GenerationOptions.of(9, Sampling.greedy()))
              .text();
      JsonNode whole =
          user.post("/v1/chat/completions", CHAT + ",\"logprobs\":true,\"top_logprobs\":3}").json();
      assertThat(whole.path("object").asText()).isEqualTo("chat.completion");
      JsonNode choice = whole.path("choices").path(0);
      assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
      assertThat(choice.path("message").path("content").asText()).isEqualTo(expected);
      assertThat(choice.path("logprobs").path("content")).hasSize(9);
      assertThat(choice.path("logprobs").path("content").path(0).path("top_logprobs")).hasSize(3);
      assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
      List<JsonNode> chunks =
          user.post("/v1/chat/completions", CHAT + ",\"stream\":true}").events();
      assertThat(chunks.get(0).path("choices").path(0).path("delta").path("role").asText())
          .isEqualTo("assistant");
      assertThat(
              chunks.stream()
                  .map(c -> c.path("choices").path(0).path("delta").path("content").asText())
                  .collect(Collectors.joining()))
          .isEqualTo(expected);
      for (String bad :
          List.of(
              "{\"messages\":[]}",
              "{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}",
              "{\"messages\":[{\"role\":\"user\",\"content\":3}]}",
              "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
              CHAT + ",\"tools\":[{\"type\":\"function\"}]}")) {
        assertThat(user.post("/v1/chat/completions", bad).status()).as(bad).isEqualTo(400);
      }
    }
  }

  @Test
  void aModelWithoutATemplateSaysSo() {
    try (Serving serving = Serving.start(directory)) {
      Serving.Answer answer = serving.post("/v1/chat/completions", CHAT + "}");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).contains("--chat-template");
    }
  }
}
