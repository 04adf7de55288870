package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of parameters as different files have them.
 *
 * <p>What stands before {@code token_emb.weight} stands before all names of the model: nothing,
 * {@code net.} where the published wrapper was saved, {@code module.net.} where it was trained on
 * several devices. Early versions of the published package have {@code layers.3.0.norm.weight} for
 * {@code layers.3.norm.weight}.
 */
final class ParameterNames {
  private static final String ANCHOR = "token_emb.weight";
  private static final Pattern EARLY_LAYER = Pattern.compile("layers\\.(\\d+)\\.0\\.(.+)");

  private ParameterNames() {}

  /**
   * The names in a file by our own.
   *
   * @param inFile names as they stand in the file
   * @throws CheckpointException if the file holds no model, or several
   */
  static Map<String, String> byOurs(Path file, List<String> inFile) {
    String prefix = prefix(file, inFile);
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : inFile) {
      String ours = name.startsWith(prefix) ? current(name.substring(prefix.length())) : name;
      String other = names.put(ours, name);
      if (other != null) {
        throw new CheckpointException(
            file, "tensors '%s' and '%s' are the same parameter %s".formatted(other, name, ours));
      }
    }
    return names;
  }

  private static String prefix(Path file, List<String> names) {
    List<String> found = new ArrayList<>();
    for (String name : names) {
      if (name.equals(ANCHOR) || name.endsWith("." + ANCHOR)) {
        found.add(name.substring(0, name.length() - ANCHOR.length()));
      }
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new CheckpointException(
        file,
        found.isEmpty()
            ? "holds no tensor named " + ANCHOR + ", as a model has: it holds " + Lists.brief(names)
            : "holds several models, with names that begin with "
                + Lists.brief(found)
                + ": save one alone");
  }

  private static String current(String name) {
    Matcher early = EARLY_LAYER.matcher(name);
    return early.matches() ? "layers." + early.group(1) + "." + early.group(2) : name;
  }
}
