package io.github.gss4j.tokenizer.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.VocabularyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What lies beside a {@code tokenizer.json} and names its special tokens, read as Hugging Face's
 * {@code transformers} does: {@code tokenizer_config.json}, overruled by {@code
 * special_tokens_map.json} where it has no {@code added_tokens_decoder}; and {@code
 * added_tokens.json}.
 */
final class CompanionFiles {
  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL = "special_tokens_map.json";
  private static final String ADDED = "added_tokens.json";

  /** Classes of any tokenizer, which know no special tokens of their own. */
  private static final List<String> GENERIC =
      List.of("PreTrainedTokenizerFast", "TokenizersBackend");

  private final Map<String, String> contents = new LinkedHashMap<>();
  private final Map<String, JsonNode> files = new LinkedHashMap<>();

  private CompanionFiles(Path tokenizer) {
    for (String name : List.of(CONFIG, SPECIAL, ADDED)) {
      Path file = tokenizer.resolveSibling(name);
      if (Files.exists(file)) {
        contents.put(name, VocabularyFile.text(file));
        JsonNode json = VocabularyFile.parse(file, contents.get(name));
        if (!json.isObject()) {
          throw new TokenizerException(file, "is not a JSON object, expected one");
        }
        files.put(name, json);
      }
    }
  }

  /**
   * Reads those that are there.
   *
   * @throws TokenizerException if one is not a JSON object
   */
  static CompanionFiles of(Path tokenizer) {
    return new CompanionFiles(tokenizer);
  }

  /** Their texts as they were, by name. */
  Map<String, String> contents() {
    return contents;
  }

  private JsonNode file(String name) {
    return files.getOrDefault(name, JsonNodeFactory.instance.objectNode());
  }

  private boolean hasDecoder() {
    return file(CONFIG).has("added_tokens_decoder");
  }

  /** A special token by the name of its role, missing where no file names one. */
  private JsonNode special(String role) {
    return !hasDecoder() && file(SPECIAL).has(role)
        ? file(SPECIAL).get(role)
        : file(CONFIG).path(role);
  }

  private Optional<String> content(String role) {
    JsonNode token = special(role);
    return Optional.ofNullable(token.path("content").asText(token.asText(null)))
        .filter(content -> !content.isEmpty());
  }

  /** The token that ends a text. */
  Optional<String> end() {
    return content("eos_token");
  }

  /** Whether that none ends a text is what they say. */
  boolean sayNoEnd() {
    return special("eos_token").isNull();
  }

  /** Whether they name a class of tokenizers, which may have an end by default. */
  boolean nameClass() {
    String name = file(CONFIG).path("tokenizer_class").asText("");
    return !name.isEmpty() && !GENERIC.contains(name);
  }

  /**
   * Tokens of theirs that a vocabulary lacks, in the order in which {@code transformers} adds them,
   * the one that ends a text last.
   */
  List<ObjectNode> lacking(List<String> vocabulary) {
    List<ObjectNode> tokens = new ArrayList<>();
    file(CONFIG).path("added_tokens_decoder").properties().stream()
        .sorted(Comparator.comparing(Map.Entry::getKey, CompanionFiles::byNumber))
        .forEach(token -> tokens.add(added(token.getValue())));
    if (!hasDecoder()) {
      file(ADDED).properties().stream()
          .sorted(Comparator.comparing(token -> token.getValue().asInt()))
          .forEach(token -> tokens.add(added(token.getKey())));
    }
    content("bos_token").ifPresent(token -> tokens.add(added(token)));
    end().ifPresent(token -> tokens.add(added(token)));
    Map<String, ObjectNode> lacking = new LinkedHashMap<>();
    tokens.forEach(token -> lacking.putIfAbsent(token.path("content").asText(), token));
    lacking.keySet().removeAll(vocabulary);
    return List.copyOf(lacking.values());
  }

  private static int byNumber(String first, String second) {
    return first.length() == second.length()
        ? first.compareTo(second)
        : Integer.compare(first.length(), second.length());
  }

  private static ObjectNode added(JsonNode token) {
    ObjectNode added = added(token.path("content").asText(token.asText("")));
    token.properties().forEach(field -> added.set(field.getKey(), field.getValue()));
    return added;
  }

  private static ObjectNode added(String content) {
    ObjectNode added = JsonNodeFactory.instance.objectNode();
    added.put("content", content).put("single_word", false).put("lstrip", false);
    return added.put("rstrip", false).put("normalized", false).put("special", true);
  }
}
