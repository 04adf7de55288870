package io.github.gss4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What all files of studies have in common. */
public final class StudyFile {
  private static final String QUICK = "quick";

  private StudyFile() {}

  /**
   * The settings as they hold: those under {@code quick} replace the others of their names where
   * that is asked for, those of {@code run} one by one.
   */
  public static ObjectNode settings(ObjectNode file, boolean quick) {
    ObjectNode settings = file.deepCopy();
    JsonNode shorter = settings.remove(QUICK);
    if (quick && shorter == null) {
      throw new IllegalArgumentException("the file has no 'quick': leave out --quick");
    }
    if (quick) {
      for (Map.Entry<String, JsonNode> entry : shorter.properties()) {
        if (entry.getKey().equals("run")
            && settings.get("run") instanceof ObjectNode run
            && entry.getValue() instanceof ObjectNode replaced) {
          run.setAll(replaced);
        } else {
          settings.set(entry.getKey(), entry.getValue());
        }
      }
    }
    return settings;
  }
}
