package io.github.gss4j.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.serve.api.ChatTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Templates of chats, in files of their own and in a tokenizer's config; a chat is rendered. */
public final class ChatTemplateKind implements FuzzKind {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonNode messages;

  @Override
  public String name() {
    return "chat-templates";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    List<Path> models = new ArrayList<>();
    try (InputStream file = ChatTemplateKind.class.getResourceAsStream("/chat-goldens.json")) {
      for (JsonNode golden : JSON.readTree(file)) {
        messages = messages == null ? golden.path("messages") : messages;
        String template = golden.path("template").asText();
        Path own = Files.createDirectory(home.resolve("own-" + models.size()));
        Files.writeString(own.resolve("chat_template.jinja"), template);
        models.add(own);
        Path config = Files.createDirectory(home.resolve("config-" + models.size()));
        Files.write(
            config.resolve("tokenizer_config.json"),
            JSON.writeValueAsBytes(JSON.createObjectNode().put("chat_template", template)));
        models.add(config);
      }
    }
    return models;
  }

  @Override
  public void read(Path target) {
    ChatTemplate.of(Optional.empty(), target).ifPresent(chat -> chat.render(messages, "<s>"));
  }

  /** What interprets a template. */
  @Override
  public long besidesBytes() {
    return 32L << 20;
  }
}
