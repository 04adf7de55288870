package io.github.gss4j.checkpoint;

import io.github.gss4j.ops.Scopes;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named tensors on disk, whatever the form of their file: safetensors or PyTorch's, in one file or
 * in shards. What wrappers of modules add to names ({@code _orig_mod} and the like) is dropped.
 */
public final class TensorSource {
  private static final Logger LOG = LoggerFactory.getLogger(TensorSource.class);

  private final Path file;
  private final Map<String, Stored> tensors;
  private final Map<String, String> others;
  private final List<String> ignored;

  /**
   * One tensor on disk.
   *
   * @param dtype its element type in the file
   * @param shape its dimensions
   * @param file where its elements lie
   * @param position of its first byte; negative where the elements do not lie side by side
   * @param whole reads it in the file's dtype
   */
  record Stored(
      TensorType dtype, List<Long> shape, Path file, long position, Supplier<Tensor> whole) {}

  private TensorSource(
      Path file, Map<String, Stored> tensors, Map<String, String> others, List<String> ignored) {
    this.file = file;
    this.tensors = ParameterNames.unwrapped(file, tensors);
    this.others = ParameterNames.unwrapped(file, others);
    this.ignored = List.copyOf(ignored);
  }

  /**
   * Opens a file by the form that its name tells: {@code NAME.safetensors}, {@code
   * NAME.safetensors.index.json}, {@code NAME.bin.index.json}, else PyTorch's.
   *
   * @throws CheckpointException if the file is not sound
   */
  public static TensorSource open(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".safetensors")) {
      return of(Safetensors.open(file));
    } else if (name.endsWith(".safetensors.index.json")) {
      return of(ShardedSafetensors.open(file));
    } else if (name.endsWith(".index.json")) {
      return of(ShardedPyTorch.open(file));
    } else if (name.endsWith(".json")) {
      throw new CheckpointException(
          file,
          "is no file of weights, expected .safetensors, .pt, .bin or an index of such, .index.json");
    }
    return of(PyTorchCheckpoint.open(file));
  }

  private static TensorSource of(Safetensors st) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    st.entries().forEach((name, e) -> tensors.put(name, stored(st, name, e)));
    return new TensorSource(st.file(), tensors, st.others(), List.of());
  }

  private static TensorSource of(ShardedSafetensors sharded) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    sharded
        .entries()
        .forEach((name, e) -> tensors.put(name, stored(sharded.shardOf(name), name, e)));
    return new TensorSource(sharded.index(), tensors, sharded.others(), List.of());
  }

  private static Stored stored(Safetensors st, String name, Safetensors.Entry e) {
    return new Stored(e.dtype(), e.shape(), st.file(), e.offset(), () -> st.tensor(name));
  }

  private static TensorSource of(PyTorchCheckpoint pt) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    pt.entries().keySet().forEach(name -> tensors.put(name, stored(pt, name)));
    return new TensorSource(pt.file(), tensors, pt.others(), pt.ignored());
  }

  private static TensorSource of(ShardedPyTorch sharded) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    sharded.byTensor().forEach((name, shard) -> tensors.put(name, stored(shard, name)));
    return new TensorSource(sharded.index(), tensors, sharded.others(), sharded.ignored());
  }

  private static Stored stored(PyTorchCheckpoint pt, String name) {
    PyTorchCheckpoint.Entry e = pt.entries().get(name);
    return new Stored(e.dtype(), e.shape(), pt.file(), pt.position(name), () -> pt.tensor(name));
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

  /** A tensor's element type in the file. */
  public TensorType dtype(String name) {
    return stored(name).dtype();
  }

  /** A tensor's dimensions. */
  public List<Long> shape(String name) {
    return stored(name).shape();
  }

  /** All shapes by name. */
  public Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    tensors.forEach((name, stored) -> shapes.put(name, stored.shape()));
    return Collections.unmodifiableMap(shapes);
  }

  private Stored stored(String name) {
    Stored stored = tensors.get(name);
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

  /** Whether two tensors are of one dtype and shape and hold equal values. */
  boolean isSame(String one, String other) {
    Stored a = stored(one);
    Stored b = stored(other);
    if (a.dtype() != b.dtype() || !a.shape().equals(b.shape())) {
      return false;
    }
    boolean samePlace = a.position() >= 0 && a.position() == b.position();
    try (PointerScope scope = new PointerScope()) {
      return (samePlace && a.file().equals(b.file())) || tensor(one).equal(tensor(other));
    }
  }

  /** Reads one tensor in the file's own dtype, into memory of its own. */
  public Tensor tensor(String name) {
    return stored(name).whole().get();
  }

  /**
   * Reads one tensor in another dtype into memory of its own; the file is mapped for so long, so
   * that never are two whole copies in memory.
   *
   * @return on the CPU, in the caller's scope
   */
  public Loaded read(String name, ScalarType dtype) {
    try (MappedFiles briefly = new MappedFiles()) {
      long[] nonFinite = {0};
      Tensor tensor =
          Scopes.scoped(
              () -> {
                Tensor there = inPlace(name, briefly);
                nonFinite[0] = NonFinite.count(there);
                boolean same = there.scalar_type().intern() == dtype.intern();
                return same ? there.clone() : there.to(dtype);
              });
      return new Loaded(tensor, nonFinite[0]);
    }
  }

  /** Gives a tensor by the file's name, in a dtype, on the CPU, into the caller's scope. */
  @FunctionalInterface
  interface Reader {
    Tensor read(String name, ScalarType dtype);
  }

  /** Reads as {@link #read}, and warns of values that are no numbers. */
  public Tensor readWarned(String name, ScalarType dtype) {
    return warned(name, read(name, dtype));
  }

  /**
   * Makes something of tensors that stay in place where the file holds them in the dtype asked for,
   * and are read where not. What is no number is warned of.
   *
   * @param making may keep the tensors, and with them the file mapped
   */
  <T> T inPlace(Function<Reader, T> making) {
    try (MappedFiles mapped = new MappedFiles()) {
      return making.apply((name, dtype) -> warned(name, mapped(name, dtype, mapped)));
    }
  }

  private Loaded mapped(String name, ScalarType dtype, MappedFiles mapped) {
    if (dtype(name).scalarType() != dtype.intern()) {
      return read(name, dtype);
    }
    Tensor tensor = inPlace(name, mapped);
    return new Loaded(tensor, NonFinite.count(tensor));
  }

  private Tensor warned(String name, Loaded loaded) {
    if (loaded.nonFinite() > 0) {
      LOG.warn(
          "{}: tensor '{}' holds {} values that are NaN or infinite: what the model says is not"
              + " to be trusted",
          file,
          name,
          loaded.nonFinite());
    }
    return loaded.tensor();
  }

  private Tensor inPlace(String name, MappedFiles mapped) {
    Stored at = stored(name);
    boolean aligned = at.position() >= 0 && at.position() % at.dtype().bytes() == 0;
    return aligned
        ? mapped.tensor(at.file(), name, at.dtype(), at.shape(), at.position())
        : at.whole().get();
  }

  /**
   * A tensor that was read.
   *
   * @param nonFinite how many of its values are NaN or infinite
   */
  public record Loaded(Tensor tensor, long nonFinite) {}
}
