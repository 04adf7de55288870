package io.github.gss4j.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

/** Prints results as a line of JSON, in which a number that is not finite is null. */
public final class JsonOutput {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonOutput() {}

  public static void print(PrintWriter out, Object value) throws JsonProcessingException {
    out.println(JSON.writeValueAsString(finite(JSON.valueToTree(value))));
    out.flush();
  }

  private static JsonNode finite(JsonNode value) {
    if (value instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object.properties().forEach(field -> copy.set(field.getKey(), finite(field.getValue())));
      return copy;
    } else if (value instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(item -> copy.add(finite(item)));
      return copy;
    }
    boolean infinite = value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue());
    return infinite ? JsonNodeFactory.instance.nullNode() : value;
  }
}
