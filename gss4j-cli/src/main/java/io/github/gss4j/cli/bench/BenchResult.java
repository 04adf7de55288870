package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.JsonOutput;
import java.io.PrintWriter;
import java.util.List;

/** Prints what benchmarks measured. */
final class BenchResult {
  private BenchResult() {}

  /** An empty result. */
  static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Prints results as one JSON value, or a line a figure with a blank line between results. */
  static void print(PrintWriter out, boolean json, List<ObjectNode> results)
      throws JsonProcessingException {
    if (json) {
      JsonOutput.print(out, results.size() == 1 ? results.get(0) : results);
    } else {
      String between = "";
      for (ObjectNode result : results) {
        out.print(between);
        result
            .properties()
            .forEach(
                field ->
                    out.printf(
                        "%-30s %s%n", field.getKey().replace('_', ' '), field.getValue().asText()));
        between = System.lineSeparator();
      }
    }
    out.flush();
  }
}
