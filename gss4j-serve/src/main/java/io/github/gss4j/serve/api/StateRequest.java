package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.GssModel;
import java.util.List;
import java.util.Optional;

/**
 * What {@code POST /v1/states} asks for.
 *
 * @param prompt to read
 * @param state to continue from
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
public record StateRequest(int[] prompt, Optional<String> state) {
  /**
   * Reads a request.
   *
   * @throws ApiException if it makes no sense
   */
  public static StateRequest read(ObjectNode body, GssModel model, Models models, Limits limits) {
    Fields fields = new Fields(body);
    models.check(fields);
    Optional<String> state = fields.text("state");
    List<int[]> prompts = new Prompts(model, limits, "prompt").of(fields.required("prompt"));
    fields.refuseUnknown();
    if (prompts.size() != 1) {
      throw ApiException.bad(
          "prompt", "'prompt' has " + prompts.size() + " prompts, expected one: a state is of one");
    }
    return new StateRequest(prompts.get(0), state);
  }
}
