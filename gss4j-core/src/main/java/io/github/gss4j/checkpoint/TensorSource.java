package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named tensors on disk, whatever the form of their file: safetensors or PyTorch's, in one file or
 * in shards. What wrappers of modules add to names ({@code _orig_mod} and the like) is dropped.
 *
 * <p>Opening reads and checks headers alone; values are read tensor by tensor.
 */
public final class TensorSource {
  private final Path file;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, String> others;
  private final List<String> ignored;

  TensorSource(
      Path file,
      Map<String, StoredTensor> tensors,
      Map<String, String> others,
      List<String> ignored) {
    this.file = file;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.others = Collections.unmodifiableMap(others);
    this.ignored = List.copyOf(ignored);
  }

  /**
   * Opens a file by the form that its name tells: {@code NAME.safetensors}, {@code
   * NAME.safetensors.index.json}, {@code NAME.bin.index.json}, else PyTorch's.
   *
   * @throws CheckpointException if the file is invalid
   */
  public static TensorSource open(Path file) {
    TensorSource source = withNamesOfFile(file);
    return new TensorSource(
        file,
        ParameterNames.unwrapped(file, source.tensors),
        ParameterNames.unwrapped(file, source.others),
        source.ignored);
  }

  /** As {@link #open}, under the names that stand in the file. */
  static TensorSource withNamesOfFile(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".safetensors")) {
      Safetensors st = Safetensors.open(file);
      return new TensorSource(file, st.stored(), st.others(), List.of());
    } else if (name.endsWith(".safetensors.index.json")) {
      return ShardIndex.open(file, "safetensors");
    } else if (name.endsWith(".index.json")) {
      return ShardIndex.open(file, "(bin|pt|pth)");
    } else if (name.endsWith(".json")) {
      throw new CheckpointException(
          file,
          "is not a file of weights, expected .safetensors, .pt, .bin or an index of such,"
              + " .index.json");
    }
    PyTorchCheckpoint pt = PyTorchCheckpoint.open(file);
    return new TensorSource(file, pt.stored(), pt.others(), pt.ignored());
  }

  /**
   * The same tensors under other names.
   *
   * @param inFile the file's name by the other name; tensors without one are left out
   */
  TensorSource named(Map<String, String> inFile) {
    Map<String, StoredTensor> named = new LinkedHashMap<>();
    inFile.forEach((ours, theirs) -> named.put(ours, get(theirs)));
    return new TensorSource(file, named, Map.of(), ignored);
  }

  /** The file, or the index of several. */
  public Path file() {
    return file;
  }

  /** The names, in the file's order. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** What those tensors are, by name, whose values are not read: sparse ones, complex ones … */
  public Map<String, String> others() {
    return others;
  }

  /** What the file holds besides tensors, such as a step count. */
  public List<String> ignored() {
    return ignored;
  }

  /** All tensors by name. */
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  /**
   * One tensor.
   *
   * @throws CheckpointException if none has that name
   */
  public StoredTensor get(String name) {
    StoredTensor stored = tensors.get(name);
    if (others.containsKey(name)) {
      throw new CheckpointException(
          file,
          "tensor '%s' is %s, expected a dense one of %s: convert it in Python and save it again"
              .formatted(name, others.get(name), List.of(TensorType.values())));
    } else if (stored == null) {
      throw new CheckpointException(file, "has no tensor '" + name + "'");
    }
    return stored;
  }

  /** A tensor's element type in the file. */
  public TensorType dtype(String name) {
    return get(name).dtype();
  }

  /** A tensor's dimensions. */
  public List<Long> shape(String name) {
    return get(name).shape();
  }

  /** All shapes by name. */
  public Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    tensors.forEach((name, stored) -> shapes.put(name, stored.shape()));
    return Collections.unmodifiableMap(shapes);
  }
}
