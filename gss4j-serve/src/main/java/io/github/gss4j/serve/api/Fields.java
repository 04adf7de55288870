package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads a request field by field; a field that is null is not there. */
public final class Fields {
  private final ObjectNode node;
  private final String within;
  private final Set<String> known = new TreeSet<>();

  /** The fields of a body. */
  public Fields(ObjectNode node) {
    this(node, "");
  }

  private Fields(ObjectNode node, String within) {
    this.node = node;
    this.within = within;
  }

  /** The name of a field as errors have it. */
  private String name(String name) {
    return within + name;
  }

  /** A field of any form. */
  public Optional<JsonNode> any(String name) {
    known.add(name);
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /**
   * A field that must be there.
   *
   * @throws ApiException if it is not
   */
  public JsonNode required(String name) {
    return any(name).orElseThrow(() -> missing(name));
  }

  /**
   * A text that must be there.
   *
   * @throws ApiException if it is not
   */
  public String requiredText(String name) {
    return text(name).orElseThrow(() -> missing(name));
  }

  private ApiException missing(String name) {
    return ApiException.of(
        400, name(name), "missing_required_parameter", "'" + name(name) + "' is missing");
  }

  /** A field that is read and has no effect. */
  public Fields ignore(String... names) {
    known.addAll(List.of(names));
    return this;
  }

  /** A whole number. */
  public Optional<Long> integer(String name, long least, long most) {
    return any(name)
        .map(
            value -> {
              boolean whole =
                  value.isNumber()
                      && value.canConvertToLong()
                      && value.asDouble() == Math.rint(value.asDouble());
              boolean fits = whole && value.asLong() >= least && value.asLong() <= most;
              check(fits, name, value, "a whole number, " + range(least, most));
              return value.asLong();
            });
  }

  private void check(boolean fits, String name, JsonNode value, String expected) {
    if (!fits) {
      throw ApiException.wrong(name(name), value, expected);
    }
  }

  private static String range(long least, long most) {
    return most == Long.MAX_VALUE ? "at least " + least : least + " to " + most;
  }

  /** A number. */
  double number(String name, double byDefault, double least, double most) {
    return any(name)
        .map(
            value -> {
              check(
                  value.isNumber() && value.asDouble() >= least && value.asDouble() <= most,
                  name,
                  value,
                  "a number, %s to %s".formatted(shown(least), shown(most)));
              return value.asDouble();
            })
        .orElse(byDefault);
  }

  private static String shown(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  /** True or false; false where it is not there. */
  public boolean flag(String name) {
    return any(name)
        .map(
            value -> {
              check(value.isBoolean(), name, value, "true or false");
              return value.asBoolean();
            })
        .orElse(false);
  }

  /** A text. */
  public Optional<String> text(String name) {
    return any(name)
        .map(
            value -> {
              check(value.isTextual(), name, value, "a text");
              return value.asText();
            });
  }

  /** A text or a list of texts; empty where it is not there. */
  List<String> texts(String name) {
    JsonNode value = any(name).orElse(null);
    if (value == null) {
      return List.of();
    }
    if (value.isTextual()) {
      return List.of(value.asText());
    }
    check(value.isArray(), name, value, "a text or a list of texts");
    List<String> all = new ArrayList<>();
    for (JsonNode item : value) {
      check(item.isTextual(), name, value, "a text or a list of texts");
      all.add(item.asText());
    }
    return all;
  }

  /** An object within. */
  Optional<Fields> object(String name) {
    return any(name)
        .map(
            value -> {
              check(value.isObject(), name, value, "an object");
              return new Fields((ObjectNode) value, within + name + ".");
            });
  }

  /** The names in the object. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /**
   * Refuses fields that were not asked for.
   *
   * @throws ApiException if there are any
   */
  public void refuseUnknown() {
    for (String name : names()) {
      if (!known.contains(name)) {
        throw ApiException.of(
            400,
            name(name),
            "unknown_parameter",
            "'%s' is no parameter here, expected one of %s"
                .formatted(name(name), String.join(", ", known)));
      }
    }
  }
}
