package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The form of responses that hold choices. */
public abstract class Shape {
  private final String id;
  private final long created;
  private final String model;

  Shape(String id, long created, String model) {
    this.id = id;
    this.created = created;
    this.model = model;
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

  /** Whether tokens are given beside the text. */
  public abstract boolean hasTokens();

  abstract String object(boolean chunk);

  abstract ObjectNode choice(int index, Part part, boolean chunk);
}
