package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of parameters as different files have them.
 *
 * <p>What stands before {@code token_emb.weight} stands before all names of the model: nothing,
 * {@code net.} where the published wrapper was saved, {@code module.net.} where it was trained on
 * several devices. What does not begin so is not the model's. Early versions of the published
 * package have {@code layers.3.0.norm.weight} for {@code layers.3.norm.weight}.
 *
 * <p>Wrappers of modules put a part of their own into the names below them: {@code torch.compile},
 * DistributedDataParallel, activation checkpointing, FSDP, Lightning's and DeepSpeed's.
 */
final class ParameterNames {
  static final String EMBEDDING = "token_emb.weight";
  private static final Pattern EARLY_LAYER = Pattern.compile("layers\\.(\\d+)\\.0\\.(.+)");

  private static final Set<String> WRAPPERS =
      Set.of(
          "_orig_mod",
          "module",
          "_checkpoint_wrapped_module",
          "_fsdp_wrapped_module",
          "_fpw_module",
          "_forward_module");

  private ParameterNames() {}

  /**
   * The same values by names without what wrappers of modules add, wherever it stands.
   *
   * @throws CheckpointException if two names become one
   */
  static <T> Map<String, T> unwrapped(Path file, Map<String, T> byName) {
    Map<String, T> unwrapped = new LinkedHashMap<>();
    Map<String, String> before = new HashMap<>();
    byName.forEach(
        (name, value) -> {
          String plain = unwrapped(name);
          String other = before.put(plain, name);
          if (other != null) {
            throw new CheckpointException(
                file,
                "tensors '%s' and '%s' are the same parameter %s".formatted(other, name, plain));
          }
          unwrapped.put(plain, value);
        });
    return Collections.unmodifiableMap(unwrapped);
  }

  private static String unwrapped(String name) {
    String plain =
        Arrays.stream(name.split("\\.", -1))
            .filter(part -> !WRAPPERS.contains(part))
            .collect(Collectors.joining("."));
    return plain.isEmpty() ? name : plain;
  }

  /**
   * The names in a file by our own; those of other things than the model are left out.
   *
   * @param inFile names as they stand in the file
   * @throws CheckpointException if the file holds no model, or several
   */
  static Map<String, String> byOurs(Path file, List<String> inFile) {
    String prefix = prefix(file, inFile);
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : inFile) {
      if (!name.startsWith(prefix)) {
        continue;
      }
      String ours = current(name.substring(prefix.length()));
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
      if (name.equals(EMBEDDING) || name.endsWith("." + EMBEDDING)) {
        found.add(name.substring(0, name.length() - EMBEDDING.length()));
      }
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new CheckpointException(
        file,
        found.isEmpty()
            ? "holds no tensor named "
                + EMBEDDING
                + ", as a model has: it holds "
                + Lists.brief(names)
            : "holds several models, with names that begin with "
                + Lists.brief(found)
                + ": save one alone");
  }

  private static String current(String name) {
    Matcher early = EARLY_LAYER.matcher(name);
    return early.matches() ? "layers." + early.group(1) + "." + early.group(2) : name;
  }
}
