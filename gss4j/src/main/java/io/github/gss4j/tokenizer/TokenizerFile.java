package io.github.gss4j.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.LfsPointer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
  private static final long MAX_BYTES = 1L << 29;
  private static final int MAX_TOKENS = 1 << 24;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

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
    return of(path, text(path));
  }

  private static TokenizerFile of(Path path, String json) {
    JsonNode root = parse(path, json);
    if (!root.isObject() || !root.path("model").isObject()) {
      throw new TokenizerException(path, "is no tokenizer.json: it has no object \"model\"");
    }
    List<String> tokens = vocabulary(path, root.get("model").path("vocab"));
    List<AddedToken> added = added(path, root.path("added_tokens"), tokens);
    return new TokenizerFile(path, json, root, tokens, added);
  }

  /** The same with more added tokens, whose ids follow the last. */
  TokenizerFile with(List<ObjectNode> more) {
    ObjectNode longer = root.deepCopy();
    ArrayNode all = longer.withArray("added_tokens");
    for (ObjectNode token : more) {
      all.add(token.deepCopy().put("id", tokens.size() + all.size() - added.size()));
    }
    return of(path, longer.toString());
  }

  /**
   * Reads a {@code vocab.json}: an object of spellings and their ids.
   *
   * @return the spelling of each id, null where no token has it
   */
  static List<String> spellings(Path path) {
    JsonNode vocab = parse(path, text(path));
    if (!vocab.isObject()) {
      throw new TokenizerException(path, "is no vocab.json: expected an object of tokens and ids");
    }
    return vocabulary(path, vocab);
  }

  static String text(Path path) {
    if (LfsPointer.is(path)) {
      throw new TokenizerException(path, LfsPointer.MESSAGE);
    }
    try {
      long bytes = Files.size(path);
      if (bytes > MAX_BYTES) {
        throw new TokenizerException(
            path, "has " + bytes + " bytes, expected at most " + MAX_BYTES);
      }
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new TokenizerException(path, "no such file", e);
    } catch (CharacterCodingException e) {
      throw new TokenizerException(path, "is not UTF-8 text, expected JSON", e);
    } catch (IOException e) {
      throw new TokenizerException(path, "cannot be read: " + e.getMessage(), e);
    }
  }

  static JsonNode parse(Path path, String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " at line " + e.getLocation().getLineNr() + " (cut short?)";
      String what = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new TokenizerException(path, "is not JSON" + where + ": " + what, e);
    }
  }

  private static List<String> vocabulary(Path path, JsonNode vocab) {
    List<String> tokens = new ArrayList<>();
    if (vocab.isArray()) { // Unigram: [spelling, score] in order of id
      for (JsonNode piece : vocab) {
        place(path, tokens, piece.path(0).asText(), tokens.size());
      }
    } else if (vocab.isObject()) {
      for (Map.Entry<String, JsonNode> token : vocab.properties()) {
        place(path, tokens, token.getKey(), id(path, token.getKey(), token.getValue()));
      }
    } else {
      throw new TokenizerException(path, "is no tokenizer.json: its model has no \"vocab\"");
    }
    return tokens;
  }

  private static List<AddedToken> added(Path path, JsonNode nodes, List<String> tokens) {
    List<AddedToken> added = new ArrayList<>();
    for (JsonNode node : nodes) {
      String content = node.path("content").asText();
      int id = id(path, content, node.path("id"));
      place(path, tokens, content, id);
      boolean special = node.path("special").asBoolean();
      boolean normalized = node.path("normalized").asBoolean(true);
      added.add(new AddedToken(id, content, special, normalized));
    }
    return added;
  }

  private static int id(Path path, String token, JsonNode id) {
    if (!id.canConvertToInt() || !id.isInt() || id.intValue() < 0 || id.intValue() >= MAX_TOKENS) {
      throw new TokenizerException(
          path, "token '" + token + "' has id " + id + ", expected 0 to " + (MAX_TOKENS - 1));
    }
    return id.intValue();
  }

  private static void place(Path path, List<String> tokens, String token, int id) {
    while (tokens.size() <= id) {
      tokens.add(null);
    }
    String before = tokens.set(id, token);
    if (before != null && !before.equals(token)) {
      throw new TokenizerException(
          path, "tokens '" + before + "' and '" + token + "' both have id " + id);
    }
  }
}
