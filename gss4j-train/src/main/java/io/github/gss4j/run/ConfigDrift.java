package io.github.gss4j.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.run.inputs.ModelSettings;
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
    JsonNode old = read(before, complete);
    TreeSet<String> names = new TreeSet<>();
    old.fieldNames().forEachRemaining(names::add);
    present.fieldNames().forEachRemaining(names::add);
    return names.stream()
        .filter(name -> !isEqual(old.path(name), present.path(name)))
        .map(
            name ->
                "resuming with %s %s instead of %s"
                    .formatted(
                        name,
                        ModelSettings.shown(present.path(name)),
                        ModelSettings.shown(old.path(name))))
        .toList();
  }

  /**
   * Refuses other values than before for what a checkpoint has settled.
   *
   * @param settled keys that no longer have an effect, or change what is compared
   * @throws IllegalArgumentException that names the first
   */
  static void refuse(
      Path before,
      ObjectNode present,
      Function<JsonFields, ObjectNode> complete,
      List<String> settled) {
    JsonNode old = read(before, complete);
    for (String name : settled) {
      Checks.that(
          isEqual(old.path(name), present.path(name)),
          name,
          ModelSettings.shown(present.path(name)),
          ModelSettings.shown(old.path(name))
              + " as in "
              + before
              + ", as the run has a checkpoint: for another, begin a new run");
    }
  }

  private static ObjectNode read(Path file, Function<JsonFields, ObjectNode> complete) {
    return complete.apply(new JsonFields(file.toString(), ConfigFile.read(file)));
  }

  /** Through text, for a number's class is another after it was read. */
  private static boolean isEqual(JsonNode one, JsonNode two) {
    return one.toString().equals(two.toString());
  }
}
