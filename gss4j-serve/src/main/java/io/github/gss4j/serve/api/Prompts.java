package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.GssModel;
import java.util.ArrayList;
import java.util.List;

/** Prompts as requests give them: a text, texts, ids, or lists of ids. */
public final class Prompts {
  private static final String FORMS = "a text, a list of texts, a list of ids, or lists of ids";

  private final GssModel model;
  private final Limits limits;
  private final String param;

  /**
   * Reads prompts of a field.
   *
   * @param param the field's name
   */
  public Prompts(GssModel model, Limits limits, String param) {
    this.model = model;
    this.limits = limits;
    this.param = param;
  }

  /** The ids of each prompt. */
  public List<int[]> of(JsonNode value) {
    if (value.isTextual()) {
      return List.of(encode(value.asText()));
    }
    if (!value.isArray() || value.isEmpty()) {
      throw ApiException.wrong(param, value, FORMS);
    }
    if (value.get(0).isNumber()) {
      return List.of(ids(value));
    }
    if (value.size() > limits.prompts()) {
      throw ApiException.bad(
          param,
          "'%s' has %d prompts, expected at most %d"
              .formatted(param, value.size(), limits.prompts()));
    }
    List<int[]> all = new ArrayList<>();
    for (JsonNode item : value) {
      if (item.getNodeType() != value.get(0).getNodeType()) {
        throw ApiException.wrong(param, value, FORMS);
      }
      all.add(item.isTextual() ? encode(item.asText()) : ids(item));
    }
    return all;
  }

  /** The ids of a text. */
  public int[] encode(String text) {
    if (text.isEmpty() && model.endToken().isEmpty()) {
      throw ApiException.bad(
          param,
          "'%s' is empty, expected at least one character: the model has no token that begins a text"
              .formatted(param));
    }
    if (model.tokenizer().isEmpty()) {
      throw ApiException.bad(
          param, "'%s' is a text and the model has no tokenizer: give ids".formatted(param));
    }
    return checked(model.encode(text));
  }

  private int[] ids(JsonNode list) {
    if (!list.isArray() || list.isEmpty()) {
      throw ApiException.wrong(param, list, FORMS + ", none of them empty");
    }
    int most = model.config().numTokens();
    int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = list.get(i);
      if (!id.isInt() || id.intValue() < 0 || id.intValue() >= most) {
        throw ApiException.bad(
            param,
            "'%s' has the id %s, expected whole numbers, 0 to %d"
                .formatted(param, id.isContainerNode() ? "[…]" : id, most - 1));
      }
      ids[i] = id.intValue();
    }
    return checked(ids);
  }

  /** Refuses a prompt that is too long. */
  int[] checked(int[] ids) {
    int most = Math.min(limits.promptTokens(), model.config().maxSeqLen().orElse(1 << 30));
    if (ids.length > most) {
      throw ApiException.of(
          400,
          param,
          "context_length_exceeded",
          "'%s' has %d tokens, expected at most %d".formatted(param, ids.length, most));
    }
    return ids;
  }
}
