package io.github.gss4j.run.inputs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.config.Checks;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Whether weights on disk are those of the model that is asked for. */
public final class ModelSettings {
  private ModelSettings() {}

  /**
   * Refuses a model whose settings are not those of the weights.
   *
   * @param asked the model's
   * @param saved those of the weights
   * @param free keys that may differ
   * @param file of the weights, for the message
   * @param advice what to do
   * @throws IllegalArgumentException that names the first key that differs
   */
  public static void check(
      JsonNode asked, JsonNode saved, Collection<String> free, Path file, String advice) {
    Set<String> keys = new TreeSet<>();
    saved.fieldNames().forEachRemaining(keys::add);
    asked.fieldNames().forEachRemaining(keys::add);
    keys.removeAll(free);
    for (String key : keys) {
      Checks.that(
          saved.path(key).equals(asked.path(key)),
          key,
          shown(asked.path(key)),
          shown(saved.path(key)) + " as in " + file + ": " + advice);
    }
  }

  /** A setting as messages have it. */
  public static String shown(JsonNode value) {
    return value.isMissingNode() ? "unset" : value.toString();
  }
}
