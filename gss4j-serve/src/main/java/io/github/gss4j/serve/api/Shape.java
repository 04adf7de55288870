package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.serve.decode.Ids;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/** The form of responses that hold choices. */
public abstract class Shape {
  private final String id;
  private final long created = Instant.now().getEpochSecond();
  private final String model;
  private final TokenNames names;
  private final OptionalInt logprobs;
  private final boolean tokenIds;

  /**
   * The form of one response.
   *
   * @param idPrefix what its id begins with
   */
  Shape(String idPrefix, Models models, TokenNames names, CompletionRequest request) {
    this.id = Ids.next(idPrefix);
    this.model = models.name();
    this.names = names;
    this.logprobs = request.logprobs();
    this.tokenIds = request.output().tokenIds();
  }

  private ObjectNode head(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model);
  }

  /** The whole response. */
  public ObjectNode whole(List<Part> choices, ObjectNode usage) {
    ObjectNode json = head(object(false));
    ArrayNode array = json.putArray("choices");
    for (int i = 0; i < choices.size(); i++) {
      array.add(choice(i, choices.get(i), false));
    }
    json.set("usage", usage);
    return json;
  }

  /**
   * A piece of a stream.
   *
   * @param withUsage whether pieces say that they have no usage
   */
  public ObjectNode chunk(int index, Part part, boolean withUsage) {
    ObjectNode json = head(object(true));
    json.putArray("choices").add(choice(index, part, true));
    if (withUsage) {
      json.putNull("usage");
    }
    return json;
  }

  /** The piece of a stream that has its usage. */
  public ObjectNode usageChunk(ObjectNode usage) {
    ObjectNode json = head(object(true));
    json.putArray("choices");
    json.set("usage", usage);
    return json;
  }

  private ObjectNode choice(int index, Part part, boolean chunk) {
    ObjectNode json = text(index, part, chunk);
    json.set("logprobs", logprobs.isPresent() ? logprobs(part) : NullNode.instance);
    json.put("finish_reason", part.finishReason());
    if (tokenIds) {
      ArrayNode ids = json.putArray("token_ids");
      part.ids().forEach(ids::add);
    }
    part.state().ifPresent(state -> json.put("state", state));
    return json;
  }

  /** Whether tokens are given beside the text. */
  public boolean hasTokens() {
    return tokenIds || logprobs.isPresent();
  }

  final TokenNames names() {
    return names;
  }

  /** Whether the likeliest tokens are named beside each one's own score. */
  final boolean namesLikeliest() {
    return logprobs.orElse(0) > 0;
  }

  abstract String object(boolean chunk);

  /** What a choice begins with: its number and its text. */
  abstract ObjectNode text(int index, Part part, boolean chunk);

  abstract ObjectNode logprobs(Part part);
}
