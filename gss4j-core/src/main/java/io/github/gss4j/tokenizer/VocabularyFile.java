package io.github.gss4j.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.files.LfsPointer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON files that say which spelling has which id. */
public final class VocabularyFile {
  private static final long MAX_BYTES = 1L << 29;
  private static final int MAX_TOKENS = 1 << 24;

  /** Ids that any vocabulary may leave without a token, and how many more for each that it has. */
  private static final int HOLES = 1 << 16;

  private static final long HOLES_PER_TOKEN = 16;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private VocabularyFile() {}

  /**
   * Reads a {@code vocab.json}: an object of spellings and their ids.
   *
   * @return the spelling of each id, null where no token has it
   */
  static List<String> spellings(Path path) {
    JsonNode vocab = parse(path, text(path));
    if (!vocab.isObject()) {
      throw new TokenizerException(
          path, "is not a vocab.json: expected an object of tokens and ids");
    }
    return vocabulary(path, vocab);
  }

  /**
   * Reads a file's text.
   *
   * @throws TokenizerException if it cannot be read or is not UTF-8
   */
  public static String text(Path path) {
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

  /**
   * Parses a file's text.
   *
   * @throws TokenizerException if it is not JSON
   */
  public static JsonNode parse(Path path, String json) {
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

  /**
   * Reads spellings and their ids.
   *
   * @param vocab an object of spellings and ids, or an array of [spelling, score] in order of id
   * @return the spelling of each id, null where no token has it
   */
  public static List<String> vocabulary(Path path, JsonNode vocab) {
    List<String> tokens = new ArrayList<>();
    if (vocab.isArray()) {
      for (JsonNode piece : vocab) {
        place(path, tokens, piece.path(0).asText(), tokens.size());
      }
    } else if (vocab.isObject()) {
      for (Map.Entry<String, JsonNode> token : vocab.properties()) {
        int id = id(path, token.getKey(), token.getValue(), vocab.size());
        place(path, tokens, token.getKey(), id);
      }
    } else {
      throw new TokenizerException(path, "is not a tokenizer.json: its model has no \"vocab\"");
    }
    return tokens;
  }

  /**
   * A token's id.
   *
   * @param count how many tokens there are: their ids leave no large holes, which take memory
   */
  public static int id(Path path, String token, JsonNode id, int count) {
    long end = Math.min(MAX_TOKENS, HOLES + HOLES_PER_TOKEN * count);
    if (!id.canConvertToInt() || !id.isInt() || id.intValue() < 0 || id.intValue() >= end) {
      throw new TokenizerException(
          path,
          "token '"
              + token
              + "' has id "
              + id
              + ", expected 0 to "
              + (end - 1)
              + " in a vocabulary of "
              + count);
    }
    return id.intValue();
  }

  /** Puts a token's spelling at its id. */
  public static void place(Path path, List<String> tokens, String token, int id) {
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
