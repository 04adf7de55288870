package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.engine.Scores;
import java.util.OptionalInt;

/** The form of {@code /v1/completions}: {@code text_completion}, whole or in pieces. */
public final class TextShape extends Shape {
  private final TokenNames names;
  private final OptionalInt logprobs;
  private final boolean tokenIds;

  /**
   * The form of one response.
   *
   * @param logprobs how many of the likeliest tokens to name; empty leaves scores out
   * @param tokenIds whether ids are given
   */
  public TextShape(
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
    return "text_completion";
  }

  @Override
  ObjectNode choice(int index, Part part, boolean chunk) {
    ObjectNode json = Json.object().put("text", part.text()).put("index", index);
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
    ArrayNode tokens = json.putArray("tokens");
    ArrayNode scores = json.putArray("token_logprobs");
    ArrayNode top = json.putArray("top_logprobs");
    ArrayNode offsets = json.putArray("text_offset");
    for (Entry entry : part.entries()) {
      tokens.add(names.of(entry.id()));
      offsets.add(entry.offset());
      if (Double.isNaN(entry.logProbability())) {
        scores.addNull();
        top.addNull();
      } else {
        scores.add(entry.logProbability());
        top.add(likeliest(entry));
      }
    }
    if (logprobs.getAsInt() == 0) {
      json.putNull("top_logprobs");
    }
    return json;
  }

  private JsonNode likeliest(Entry entry) {
    ObjectNode json = Json.object();
    for (Scores.Likely likely : entry.top()) {
      String name = names.of(likely.id());
      if (!json.has(name)) {
        json.put(name, likely.logProbability());
      }
    }
    json.put(names.of(entry.id()), entry.logProbability());
    return json;
  }
}
