package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.engine.Scores;
import java.util.HashSet;
import java.util.Set;

/** The form of {@code /v1/chat/completions}, whole or in pieces. */
public final class ChatShape extends Shape {
  /** Choices whose first piece was sent. */
  private final Set<Integer> begun = new HashSet<>();

  /** The form of one response. */
  public ChatShape(Models models, TokenNames names, CompletionRequest request) {
    super("chatcmpl-", models, names, request);
  }

  @Override
  String object(boolean chunk) {
    return chunk ? "chat.completion.chunk" : "chat.completion";
  }

  @Override
  ObjectNode text(int index, Part part, boolean chunk) {
    ObjectNode json = Json.object().put("index", index);
    ObjectNode message = json.putObject(chunk ? "delta" : "message");
    if (!chunk || begun.add(index)) {
      message.put("role", "assistant");
    }
    message.put("content", part.text());
    if (!chunk) {
      message.putNull("refusal");
    }
    return json;
  }

  @Override
  ObjectNode logprobs(Part part) {
    ObjectNode json = Json.object();
    ArrayNode content = json.putArray("content");
    for (Entry entry : part.entries()) {
      ObjectNode token = token(entry.id(), entry.logProbability());
      ArrayNode top = token.putArray("top_logprobs");
      for (Scores.Likely likely : entry.top()) {
        top.add(token(likely.id(), likely.logProbability()));
      }
      content.add(token);
    }
    return json.putNull("refusal");
  }

  private ObjectNode token(int id, double logProbability) {
    ObjectNode json = Json.object().put("token", names().of(id)).put("logprob", logProbability);
    ArrayNode bytes = json.putArray("bytes");
    for (byte b : names().bytes(id)) {
      bytes.add(b & 0xff);
    }
    return json;
  }
}
