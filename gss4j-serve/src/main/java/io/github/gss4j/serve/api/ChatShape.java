package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.engine.Scores;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/** The form of {@code /v1/chat/completions}, whole or in pieces. */
public final class ChatShape extends Shape {
  private final TokenNames names;
  private final OptionalInt logprobs;
  private final boolean tokenIds;

  /** Choices whose first piece was sent. */
  private final Set<Integer> begun = new HashSet<>();

  /**
   * The form of one response.
   *
   * @param logprobs how many of the likeliest tokens to name; empty leaves scores out
   * @param tokenIds whether ids are given
   */
  public ChatShape(
      String id,
      long created,
      String model,
      TokenNames names,
      OptionalInt logprobs,
      boolean tokenIds) {
    super(id, created, model);
    this.names = names;
    this.logprobs = logprobs;
    this.tokenIds = tokenIds;
  }

  @Override
  public boolean hasTokens() {
    return tokenIds || logprobs.isPresent();
  }

  @Override
  String object(boolean chunk) {
    return chunk ? "chat.completion.chunk" : "chat.completion";
  }

  @Override
  ObjectNode choice(int index, Part part, boolean chunk) {
    ObjectNode json = Json.object().put("index", index);
    ObjectNode message = json.putObject(chunk ? "delta" : "message");
    if (!chunk || begun.add(index)) {
      message.put("role", "assistant");
    }
    message.put("content", part.text());
    if (!chunk) {
      message.putNull("refusal");
    }
    json.set("logprobs", logprobs.isPresent() ? logprobs(part) : NullNode.instance);
    json.put("finish_reason", part.finishReason());
    if (tokenIds) {
      ArrayNode ids = json.putArray("token_ids");
      part.ids().forEach(ids::add);
    }
    part.state().ifPresent(state -> json.put("state", state));
    return json;
  }

  private ObjectNode logprobs(Part part) {
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
    ObjectNode json = Json.object().put("token", names.of(id)).put("logprob", logProbability);
    ArrayNode bytes = json.putArray("bytes");
    for (byte b : names.bytes(id)) {
      bytes.add(b & 0xff);
    }
    return json;
  }
}
