package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Finds the dict of tensors in what was pickled and gives each tensor one name.
 *
 * <p>A dict that holds a tensor itself is the state dict; dicts within it add their key and a dot
 * to the names. Above it, the way leads into the only dict with tensors that bears a usual name,
 * such as {@code model}, whatever stands beside it, or else into the only dict that holds tensors
 * somewhere.
 */
final class StateDict {
  private static final Set<String> USUAL_NAMES =
      Set.of("model", "state_dict", "model_state_dict", "model_state", "module", "net", "network");

  private static final int MAX_DEPTH = 100;

  /** Stands for the key below which the state dict is found, where it is the dict itself. */
  private static final Object HERE = new Object();

  /** Of all names together: one long key above many others must not fill the memory. */
  private static final long MAX_CHARACTERS = 64L << 20;

  private final Path file;
  private final IdentityHashMap<Map<?, ?>, Boolean> holdsTensors = new IdentityHashMap<>();
  private final IdentityHashMap<Map<?, ?>, String> taken = new IdentityHashMap<>();
  private final Map<String, PyTorchCheckpoint.Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> others = new LinkedHashMap<>();
  private final List<String> ignored = new ArrayList<>();
  private TorchGlobals.OtherTensor otherTensor;
  private long characters;

  /**
   * Searches a pickled value.
   *
   * @throws CheckpointException if it holds no dict of tensors, or several of equal standing
   */
  StateDict(Path file, Object root) {
    this.file = file;
    if (!(root instanceof Map<?, ?> dict)) {
      throw new CheckpointException(
          file, "holds " + Unpickler.kind(root) + ", expected a dict of tensors by name");
    }
    if (!holdsTensors(dict, 0)) {
      throw new CheckpointException(
          file,
          otherTensor == null
              ? "holds a dict without tensors, expected tensors by name"
              : "holds "
                  + otherTensor.what()
                  + " and no tensor that is read here, expected dense ones of "
                  + List.of(TensorType.values()));
    }
    String path = "";
    Object key = below(dict, path);
    while (key != HERE) {
      for (Object other : dict.keySet()) {
        if (!Objects.equals(other, key)) {
          ignored.add(named(path, other));
        }
      }
      path = named(path, key) + ".";
      dict = (Map<?, ?>) dict.get(key);
      key = below(dict, path);
    }
    collect(dict, "", path);
  }

  /** The tensors by name, in the dict's order. */
  Map<String, PyTorchCheckpoint.Entry> entries() {
    return entries;
  }

  /** What those tensors of the state dict are, by name, whose values are not read here. */
  Map<String, String> others() {
    return others;
  }

  /** The paths from the root of all that is not a tensor of the state dict. */
  List<String> ignored() {
    return ignored;
  }

  private boolean holdsTensors(Map<?, ?> dict, int depth) {
    if (depth > MAX_DEPTH) {
      throw new CheckpointException(
          file, "holds dicts within dicts more than " + MAX_DEPTH + " deep, or in a circle");
    }
    Boolean known = holdsTensors.get(dict);
    if (known != null) {
      return known;
    }
    boolean holds = false;
    for (Object value : dict.values()) {
      // every dict is visited, for the depth
      holds |= isTensor(value) || (value instanceof Map<?, ?> m && holdsTensors(m, depth + 1));
      if (value instanceof TorchGlobals.OtherTensor other) {
        otherTensor = other;
      }
    }
    holdsTensors.put(dict, holds);
    return holds;
  }

  private static boolean hasTensor(Map<?, ?> dict) {
    return dict.values().stream().anyMatch(StateDict::isTensor);
  }

  private static boolean isTensor(Object value) {
    return value instanceof PyTorchCheckpoint.Entry;
  }

  private Object below(Map<?, ?> dict, String path) {
    List<Object> candidates = new ArrayList<>();
    dict.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> inner && holdsTensors.get(inner)) {
            candidates.add(key);
          }
        });
    List<Object> usual =
        candidates.stream()
            .filter(key -> key instanceof String name && USUAL_NAMES.contains(name))
            .toList();
    if (usual.size() == 1) {
      return usual.get(0);
    } else if (usual.isEmpty() && hasTensor(dict)) {
      return HERE;
    } else if (candidates.size() == 1) {
      return candidates.get(0);
    }
    throw new CheckpointException(
        file,
        "holds several dicts of tensors, %s: save the model's own with torch.save"
            .formatted(candidates.stream().map(key -> "'" + named(path, key) + "'").toList()));
  }

  private void collect(Map<?, ?> dict, String prefix, String path) {
    String before = taken.put(dict, path + prefix);
    if (before != null) {
      throw new CheckpointException(
          file,
          "holds one dict of tensors twice, as '" + before + "' and as '" + path + prefix + "'");
    }
    dict.forEach(
        (key, value) -> {
          String name = named(prefix, key);
          if (!isPlain(key)) {
            ignored.add(named(path, name));
          } else if (value instanceof TorchGlobals.OtherTensor other) {
            others.put(name, other.what());
          } else if (value instanceof PyTorchCheckpoint.Entry entry) {
            if (entries.put(name, entry) != null) {
              throw new CheckpointException(file, "holds two tensors named '" + name + "'");
            }
          } else if (value instanceof Map<?, ?> inner && holdsTensors.get(inner)) {
            collect(inner, name + ".", path);
          } else {
            ignored.add(named(path, name));
          }
        });
  }

  private String named(String prefix, Object key) {
    String text = isPlain(key) ? String.valueOf(key) : "(" + Unpickler.kind(key) + ")";
    characters += prefix.length() + text.length();
    if (characters > MAX_CHARACTERS) {
      throw new CheckpointException(
          file, "holds names of more than " + MAX_CHARACTERS + " characters together");
    }
    return prefix + text;
  }

  private static boolean isPlain(Object key) {
    return key == null || key instanceof String || key instanceof Number || key instanceof Boolean;
  }
}
