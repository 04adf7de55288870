package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.engine.Scores;

/** The form of {@code /v1/completions}: {@code text_completion}, whole or in pieces. */
public final class TextShape extends Shape {
  /** The form of one response. */
  public TextShape(Models models, TokenNames names, CompletionRequest request) {
    super("cmpl-", models, names, request);
  }

  @Override
  String object(boolean chunk) {
    return "text_completion";
  }

  @Override
  ObjectNode text(int index, Part part, boolean chunk) {
    return Json.object().put("text", part.text()).put("index", index);
  }

  @Override
  ObjectNode logprobs(Part part) {
    ObjectNode json = Json.object();
    ArrayNode tokens = json.putArray("tokens");
    ArrayNode scores = json.putArray("token_logprobs");
    ArrayNode top = json.putArray("top_logprobs");
    ArrayNode offsets = json.putArray("text_offset");
    for (Entry entry : part.entries()) {
      tokens.add(names().of(entry.id()));
      offsets.add(entry.offset());
      if (Double.isNaN(entry.logProbability())) {
        scores.addNull();
        top.addNull();
      } else {
        scores.add(entry.logProbability());
        top.add(likeliest(entry));
      }
    }
    if (!namesLikeliest()) {
      json.putNull("top_logprobs");
    }
    return json;
  }

  private JsonNode likeliest(Entry entry) {
    ObjectNode json = Json.object();
    for (Scores.Likely likely : entry.top()) {
      String name = names().of(likely.id());
      if (!json.has(name)) {
        json.put(name, likely.logProbability());
      }
    }
    json.put(names().of(entry.id()), entry.logProbability());
    return json;
  }
}
