package io.github.gss4j.tokenizer.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tokenizer.TokenizerException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Refuses a {@code tokenizer.json} that the native library would not refuse but die of, and the
 * process with it. Each rule stands for a death that was seen (tokenizers 0.21.4).
 */
final class CrashGuard {
  /** Where the format has a choice of types, which must not be spelled as arrays. */
  private static final List<String> COMPONENTS =
      List.of("normalizer", "pre_tokenizer", "post_processor", "decoder", "model");

  private static final List<String> SEQUENCES =
      List.of("normalizers", "pretokenizers", "processors", "decoders");

  /** What matches a place and no character, outside of brackets or not. */
  private static final Pattern PLACES = Pattern.compile("\\\\[bBAzZ]|(?<!\\\\)[\\^$]");

  private final TokenizerFile file;

  private CrashGuard(TokenizerFile file) {
    this.file = file;
  }

  /**
   * Checks a file.
   *
   * @throws TokenizerException if it must not reach the native library
   */
  static void check(TokenizerFile file) {
    CrashGuard guard = new CrashGuard(file);
    for (String name : COMPONENTS) {
      JsonNode component = file.root().path(name);
      if (!component.isMissingNode() && !component.isNull()) {
        guard.component(name, component);
      }
    }
  }

  private void component(String at, JsonNode node) {
    if (!node.isObject()) {
      throw new TokenizerException(
          file.path(), at + " is " + brief(node) + ", expected an object with a type");
    }
    if (!at.equals("model")) {
      numbers(at, node);
    }
    merges(at, node);
    fixedLength(at, node);
    charsMap(at, node);
    if (at.startsWith("normalizer")) {
      insertions(at, node);
    }
    if (at.startsWith("decoder") && node.path("stop").asDouble() != 0) {
      refuse(at + ".stop", node.path("stop"), "0");
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (SEQUENCES.contains(field.getKey())) {
        for (JsonNode part : field.getValue()) {
          component(at + "." + field.getKey(), part);
        }
      }
    }
  }

  /** What no double can hold. */
  private void numbers(String at, JsonNode node) {
    if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      refuse(at, node, "a number that a double can hold");
    }
    for (JsonNode part : node) {
      numbers(at, part);
    }
  }

  /** The right half of a merge is cut behind the prefix, without a look at what stands there. */
  private void merges(String at, JsonNode node) {
    String prefix = node.path("continuing_subword_prefix").asText("");
    if (prefix.isEmpty() || node.path("continuing_subword_prefix").isNull()) {
      return;
    }
    for (JsonNode merge : node.path("merges")) {
      String right = merge.isArray() ? merge.path(1).asText() : afterSpace(merge.asText());
      if (!right.startsWith(prefix) || !prefix.chars().allMatch(c -> c < 128)) {
        refuse(at + ".merges", merge, "a right half that begins with " + prefix + " (in ASCII)");
      }
    }
  }

  private static String afterSpace(String merge) {
    return merge.substring(merge.indexOf(' ') + 1);
  }

  private void fixedLength(String at, JsonNode node) {
    if (node.has("length") && node.get("length").asDouble() < 1) {
      refuse(at + ".length", node.get("length"), "1 or more");
    }
  }

  private void charsMap(String at, JsonNode node) {
    boolean wanted = node.path("type").asText().equals("Precompiled");
    if (!wanted && !node.has("precompiled_charsmap")) {
      return;
    }
    boolean sound;
    try {
      byte[] table = Base64.getDecoder().decode(node.path("precompiled_charsmap").asText());
      sound = CharsMap.isSound(table);
    } catch (IllegalArgumentException notBase64) {
      sound = false;
    }
    if (!sound) {
      refuse(at + ".precompiled_charsmap", node.path("precompiled_charsmap"), "a valid table");
    }
  }

  /** Text cannot be put in where none stood. */
  private void insertions(String at, JsonNode node) {
    if (node.has("prepend") && node.get("prepend").asText().isEmpty()) {
      refuse(at + ".prepend", node.get("prepend"), "some text");
    }
    JsonNode pattern = node.path("pattern");
    boolean matchesNothing =
        pattern.has("Regex")
            ? mayMatchNothing(pattern.get("Regex").asText())
            : pattern.path("String").asText("-").isEmpty();
    if (matchesNothing) {
      refuse(at + ".pattern", pattern, "one that never matches the empty text");
    }
  }

  /**
   * Whether a regular expression might match between two characters. Once all that matches a mere
   * place is taken out, it might where it matches the empty text; what cannot be told counts as
   * yes.
   */
  private static boolean mayMatchNothing(String regex) {
    if (regex.contains("(?=")
        || regex.contains("(?!")
        || regex.contains("(?<")
        || regex.contains("}?")
        || regex.matches("(?s).*\\\\[0-9gkGKQRXyY].*")) {
      return true;
    }
    try {
      return Pattern.compile(PLACES.matcher(regex).replaceAll("")).matcher("").matches();
    } catch (PatternSyntaxException e) {
      return true;
    }
  }

  private void refuse(String at, JsonNode found, String expected) {
    throw new TokenizerException(
        file.path(), at + " is " + brief(found) + ", expected " + expected);
  }

  private static String brief(JsonNode node) {
    String text = node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
