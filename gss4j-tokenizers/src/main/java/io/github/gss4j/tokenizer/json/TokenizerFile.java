package io.github.gss4j.tokenizer.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.VocabularyFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@code tokenizer.json} says of its tokens.
 *
 * @param path where it was read
 * @param json its text, as it was
 * @param root its text, parsed
 * @param tokens the vocabulary's spelling of each id, null where no token has the id
 * @param added the tokens beside the model's own, special ones among them
 */
record TokenizerFile(
    Path path, String json, JsonNode root, List<String> tokens, List<AddedToken> added) {
  /**
   * A token beside the model's own.
   *
   * @param id its id
   * @param content the text that it stands for
   * @param special whether it marks something (an end, a padding) rather than being text
   * @param normalized whether it is looked for in the normalized text
   */
  record AddedToken(int id, String content, boolean special, boolean normalized) {}

  /**
   * Reads a file and checks what it says of ids.
   *
   * @throws TokenizerException if it cannot be read or is no {@code tokenizer.json}
   */
  static TokenizerFile read(Path path) {
    return of(path, VocabularyFile.text(path));
  }

  private static TokenizerFile of(Path path, String json) {
    JsonNode root = VocabularyFile.parse(path, json);
    if (!root.isObject() || !root.path("model").isObject()) {
      throw new TokenizerException(path, "is not a tokenizer.json: it has no object \"model\"");
    }
    List<String> tokens = VocabularyFile.vocabulary(path, root.get("model").path("vocab"));
    List<AddedToken> added = added(path, root, tokens);
    return new TokenizerFile(path, json, root, tokens, added);
  }

  /** A copy with more added tokens, whose ids follow the last. */
  TokenizerFile with(List<ObjectNode> more) {
    ObjectNode longer = root.deepCopy();
    ArrayNode all = longer.withArray("added_tokens");
    for (ObjectNode token : more) {
      all.add(token.deepCopy().put("id", tokens.size() + all.size() - added.size()));
    }
    return of(path, longer.toString());
  }

  private static List<AddedToken> added(Path path, JsonNode root, List<String> tokens) {
    JsonNode nodes = root.path("added_tokens");
    int count = root.get("model").get("vocab").size() + nodes.size();
    List<AddedToken> added = new ArrayList<>();
    for (JsonNode node : nodes) {
      String content = node.path("content").asText();
      int id = VocabularyFile.id(path, content, node.path("id"), count);
      VocabularyFile.place(path, tokens, content, id);
      boolean special = node.path("special").asBoolean();
      boolean normalized = node.path("normalized").asBoolean(true);
      added.add(new AddedToken(id, content, special, normalized));
    }
    return added;
  }
}
