package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The one model that is served.
 *
 * @param name by which requests call it
 * @param created seconds since 1970
 */
public record Models(String name, long created) {
  /** Refuses a request for another model. */
  public void check(Fields fields) {
    fields.text("model").ifPresent(this::check);
  }

  /**
   * Refuses another model's name.
   *
   * @throws ApiException 404
   */
  public void check(String wanted) {
    if (!wanted.equals(name)) {
      throw ApiException.of(
          404,
          "model",
          "model_not_found",
          "there is no model '%s' here, expected '%s'".formatted(wanted, name));
    }
  }

  /** The model as {@code GET /v1/models/ID} gives it. */
  public ObjectNode toJson() {
    return Json.object()
        .put("id", name)
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "gss4j");
  }
}
