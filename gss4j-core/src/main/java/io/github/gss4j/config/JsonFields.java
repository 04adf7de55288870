package io.github.gss4j.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.OneLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reads a JSON object field by field, and reports fields that were never read.
 *
 * <p>A field of the wrong type or out of range is an {@link IllegalArgumentException} that names
 * the field, what was found and what was expected.
 */
public final class JsonFields {
  private final String where;
  private final ObjectNode node;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * Starts reading.
   *
   * @param where the file, for messages
   */
  public JsonFields(String where, JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      throw new IllegalArgumentException(where + ": expected a JSON object { … }");
    }
    this.where = where;
    this.node = object;
  }

  /** Whether the field is there. Null is an error, as its meaning would be unclear. */
  public boolean has(String name) {
    known.add(name);
    if (node.has(name) && node.get(name).isNull()) {
      throw wrong(name, node.get(name), "a value: leave the key out for the default");
    }
    return node.has(name);
  }

  /** An integer, or the default where the field is missing. */
  public int integer(String name, int byDefault) {
    return Math.toIntExact(integer64(name, byDefault, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  /** A 64-bit integer, or the default where the field is missing. */
  public long integer64(String name, long byDefault) {
    return integer64(name, byDefault, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private long integer64(String name, long byDefault, long min, long max) {
    return read(
        name,
        byDefault,
        value ->
            value.isNumber()
                && value.asDouble() == Math.rint(value.asDouble())
                && value.canConvertToLong()
                && value.asLong() >= min
                && value.asLong() <= max,
        "a whole number",
        JsonNode::asLong);
  }

  /** An integer that must be there. */
  public int integer(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(where + ": '" + name + "' is missing");
    }
    return integer(name, 0);
  }

  /** A number, or the default where the field is missing. */
  public double number(String name, double byDefault) {
    return read(name, byDefault, JsonNode::isNumber, "a number", JsonNode::asDouble);
  }

  /** True or false, or the default where the field is missing. */
  public boolean flag(String name, boolean byDefault) {
    return read(name, byDefault, JsonNode::isBoolean, "true or false", JsonNode::asBoolean);
  }

  /** A text, or the default where the field is missing. */
  public String text(String name, String byDefault) {
    return read(name, byDefault, JsonNode::isTextual, "a text in quotes", JsonNode::asText);
  }

  private <T> T read(
      String name,
      T byDefault,
      Predicate<JsonNode> fits,
      String expected,
      Function<JsonNode, T> value) {
    if (!has(name)) {
      return byDefault;
    }
    JsonNode found = node.get(name);
    if (!fits.test(found)) {
      throw wrong(name, found, expected);
    }
    return value.apply(found);
  }

  /** A list of texts; empty where the field is missing. A single text is a list of one. */
  public List<String> texts(String name) {
    if (!has(name)) {
      return List.of();
    }
    JsonNode value = node.get(name);
    if (value.isTextual()) {
      return List.of(value.asText());
    }
    List<String> all = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        throw wrong(name, value, "a list of texts");
      }
      all.add(item.asText());
    }
    return all;
  }

  /** A list of numbers, or the default where the field is missing. */
  public List<Double> numbers(String name, List<Double> byDefault) {
    if (!has(name)) {
      return byDefault;
    }
    List<Double> all = new ArrayList<>();
    for (JsonNode item : node.get(name)) {
      if (!item.isNumber()) {
        throw wrong(name, node.get(name), "a list of numbers");
      }
      all.add(item.asDouble());
    }
    if (all.isEmpty()) {
      throw wrong(name, node.get(name), "a list of at least one number");
    }
    return all;
  }

  /** An object within; empty where the field is missing. */
  public ObjectNode object(String name) {
    return read(
        name, node.objectNode(), JsonNode::isObject, "an object { … }", ObjectNode.class::cast);
  }

  private IllegalArgumentException wrong(String name, JsonNode value, String expected) {
    return new IllegalArgumentException(
        OneLine.of(where + ": '" + name + "' is " + value + ", expected " + expected));
  }

  /** The fields that were there and that were not asked for. */
  List<String> unknown() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    names.removeAll(known);
    return names;
  }

  /**
   * Refuses fields that were not asked for, naming the nearest known one.
   *
   * @throws IllegalArgumentException if there are any
   */
  public void refuseUnknown() {
    List<String> unknown = unknown();
    if (!unknown.isEmpty()) {
      String name = unknown.get(0);
      throw new IllegalArgumentException(
          OneLine.of(
              "%s: unknown key '%s', did you mean '%s'?"
                  .formatted(where, name, nearest(name, known))));
    }
  }

  /** The known name that is fewest edits away. */
  static String nearest(String name, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(k -> distance(name, k))).orElse("");
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
