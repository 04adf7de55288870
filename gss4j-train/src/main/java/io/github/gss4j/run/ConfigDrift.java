package io.github.gss4j.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.JsonFields;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** The differences between a run's configuration and an earlier one. */
final class ConfigDrift {
  private ConfigDrift() {}

  /**
   * The keys that have changed, one line each.
   *
   * @param before the file of the resumed run; an earlier version may have left keys out
   * @param complete gives a configuration with all its keys
   */
  static List<String> between(
      Path before, ObjectNode present, Function<JsonFields, ObjectNode> complete) {
    JsonNode old = complete.apply(new JsonFields(before.toString(), ConfigFile.read(before)));
    TreeSet<String> names = new TreeSet<>();
    old.fieldNames().forEachRemaining(names::add);
    present.fieldNames().forEachRemaining(names::add);
    // through text, for a number's class is another after it was read
    return names.stream()
        .filter(name -> !old.path(name).toString().equals(present.path(name).toString()))
        .map(
            name ->
                "resuming with %s %s instead of %s"
                    .formatted(name, shown(present.path(name)), shown(old.path(name))))
        .toList();
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "unset" : value.toString();
  }
}
