package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What {@code POST /v1/chat/completions} asks for, as completions of one prompt. */
public final class ChatRequest {
  private static final int MOST_LOGPROBS = 20;
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

  private ChatRequest() {}

  /**
   * Reads a request.
   *
   * @param template empty where the model has none
   * @param names of the model's tokens
   * @throws ApiException if it makes no sense, or the model has no template
   */
  public static CompletionRequest read(
      ObjectNode body,
      GssModel model,
      Models models,
      Limits limits,
      Optional<ChatTemplate> template,
      TokenNames names) {
    Fields fields = new Fields(body);
    models.check(fields);
    ChatTemplate chat =
        template.orElseThrow(
            () ->
                ApiException.of(
                    400,
                    null,
                    "no_chat_template",
                    "the model has no chat template: give the server one with --chat-template, or"
                        + " ask /v1/completions"));
    fields.ignore("user", "store", "metadata", "service_tier", "safety_identifier");
    refuseOtherThanText(fields);
    int n = fields.integer("n", 1, limits.choices()).orElse(1L).intValue();
    OptionalInt logprobs = logprobs(fields);
    CompletionRequest.Output output = CompletionRequest.Output.read(fields);
    boolean returnState = fields.flag("return_state");
    String maxTokens =
        fields.any("max_completion_tokens").isPresent() ? "max_completion_tokens" : "max_tokens";
    fields.ignore("max_tokens");
    GenerationOptions options = SamplingFields.read(fields, model, limits, maxTokens);
    if (logprobs.isPresent()) {
      options = options.withLogProbabilities(logprobs.getAsInt());
    }
    JsonNode messages = messages(fields);
    fields.refuseUnknown();
    String end = model.endToken().isPresent() ? names.of(model.endToken().getAsInt()) : "";
    int[] prompt = encode(chat.render(messages, end), model, limits);
    return new CompletionRequest(
        List.of(prompt), options, n, n, logprobs, false, output, Optional.empty(), returnState);
  }

  private static void refuseOtherThanText(Fields fields) {
    for (String name :
        List.of("tools", "tool_choice", "functions", "function_call", "audio", "modalities")) {
      if (fields.any(name).map(value -> !value.isEmpty() || value.isValueNode()).orElse(false)) {
        throw ApiException.bad(name, "'" + name + "' is given, and the model writes texts only");
      }
    }
    fields
        .object("response_format")
        .filter(format -> !format.text("type").orElse("").equals("text"))
        .ifPresent(
            format -> {
              throw ApiException.bad(
                  "response_format", "'response_format' is no {\"type\": \"text\"}");
            });
  }

  /** How many of the likeliest tokens to name; empty leaves scores out. */
  private static OptionalInt logprobs(Fields fields) {
    boolean scored = fields.flag("logprobs");
    Optional<Long> top = fields.integer("top_logprobs", 0, MOST_LOGPROBS);
    if (top.isPresent() && !scored) {
      throw ApiException.bad("top_logprobs", "'top_logprobs' is given without 'logprobs': true");
    }
    return scored ? OptionalInt.of(top.orElse(0L).intValue()) : OptionalInt.empty();
  }

  /** Messages whose contents are texts. */
  private static JsonNode messages(Fields fields) {
    JsonNode found = fields.required("messages");
    if (!found.isArray() || found.isEmpty()) {
      throw ApiException.wrong("messages", found, "a list of messages");
    }
    ArrayNode messages = Json.object().putArray("messages");
    for (int i = 0; i < found.size(); i++) {
      messages.add(message("messages[" + i + "]", found.get(i)));
    }
    return messages;
  }

  private static ObjectNode message(String where, JsonNode message) {
    String role = message.path("role").asText();
    if (!ROLES.contains(role)) {
      throw ApiException.bad(
          "messages",
          "'%s.role' is '%s', expected system, user or assistant".formatted(where, role));
    }
    JsonNode content = message.path("content");
    if (content.isTextual()) {
      return Json.object().put("role", role(role)).put("content", content.asText());
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw ApiException.bad("messages", "'" + where + ".content' has a part that is not text");
      }
      text.append(part.path("text").asText());
    }
    if (!content.isArray()) {
      throw ApiException.bad("messages", "'" + where + ".content' is not text");
    }
    return Json.object().put("role", role(role)).put("content", text.toString());
  }

  private static String role(String role) {
    return role.equals("developer") ? "system" : role;
  }

  /** Special tokens in a template are tokens. */
  private static int[] encode(String text, GssModel model, Limits limits) {
    Prompts prompts = new Prompts(model, limits, "messages");
    return model.tokenizer().orElse(null) instanceof Gpt2Tokenizer gpt2
        ? prompts.checked(gpt2.encodeWithSpecial(text))
        : prompts.encode(text);
  }
}
