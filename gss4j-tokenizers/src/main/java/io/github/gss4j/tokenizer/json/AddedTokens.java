package io.github.gss4j.tokenizer.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.json.TokenizerFile.AddedToken;
import java.util.Arrays;
import java.util.List;

/** Whether the native library will find the tokens that a file adds to its model's. */
final class AddedTokens {
  private AddedTokens() {}

  /**
   * Refuses tokens of which nothing is left once they are normalized: the library would find them
   * inside a character, and crash.
   *
   * @throws TokenizerException naming the token
   */
  static void checkNoneVanishes(TokenizerFile file) {
    JsonNode normalizer = file.root().path("normalizer");
    List<AddedToken> normalized = file.added().stream().filter(AddedToken::normalized).toList();
    if (normalized.isEmpty() || !normalizer.isObject()) {
      return;
    }
    try (var library = NativeTokenizer.load(file.path(), normalizerAlone(normalizer))) {
      for (AddedToken token : normalized) {
        if (!token.content().isEmpty() && library.encode(token.content()).length == 0) {
          throw new TokenizerException(
              file.path(),
              "added token " + token.id() + " is empty once normalized, expected some text");
        }
      }
    }
  }

  /** A tokenizer that makes one token of any text, and none where normalizing leaves no text. */
  private static String normalizerAlone(JsonNode normalizer) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("version", "1.0").set("normalizer", normalizer);
    ObjectNode model = root.putObject("model");
    model.put("type", "WordLevel").put("unk_token", "x").putObject("vocab").put("x", 0);
    return root.toString();
  }

  /**
   * Refuses ids that are not the library's, which numbers added tokens itself.
   *
   * @throws TokenizerException naming the token
   */
  static void checkIds(TokenizerFile file, NativeTokenizer library) {
    for (AddedToken token : file.added()) {
      int[] ids = library.encode(token.content());
      if (Arrays.stream(ids).noneMatch(id -> id == token.id())) {
        throw new TokenizerException(
            file.path(),
            "added token '"
                + token.content()
                + "' has id "
                + token.id()
                + ", but encodes as "
                + Arrays.toString(ids)
                + ": expected its id to follow the vocabulary's");
      }
    }
  }
}
