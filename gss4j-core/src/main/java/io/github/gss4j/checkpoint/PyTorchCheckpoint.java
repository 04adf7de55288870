package io.github.gss4j.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint as {@code torch.save} writes it: named tensors, read without executing anything.
 *
 * <p>Both the zip form and the form before PyTorch 1.6 are read. A {@code .pt} file is a pickle, a
 * program that can call any function of Python; here it is read by a restricted interpreter of our
 * own ({@link Unpickler}, which says why not a library's), to which a handful of names mean
 * something and every other name is an error.
 *
 * <p>The dict of tensors may be the root or lie under {@code model}, {@code state_dict} and the
 * like; {@link #ignored()} lists all that was left out. Tensors may share storages, as tied weights
 * do, and may be views of them with any offset and strides; one that repeats elements of its
 * storage ({@code expand}) is refused, so that no tensor is larger than the file.
 *
 * <p>Opening reads and checks the pickle alone; files and tensors may be of any size.
 */
public final class PyTorchCheckpoint {
  /** Tensors may share storages, but not so often that a small file fills the memory. */
  private static final long MAX_REPETITION = 64;

  private final Path file;
  private final Map<String, Entry> entries;
  private final Map<String, String> others;
  private final List<String> ignored;
  private final Map<String, FileSpan> storages;

  /**
   * Where one tensor lies.
   *
   * @param dtype its element type
   * @param shape its dimensions
   * @param strides elements between neighbours along each dimension
   * @param storage the key of the storage it looks into
   * @param offset of its first element in the storage, in elements
   */
  public record Entry(
      TensorType dtype, List<Long> shape, List<Long> strides, String storage, long offset) {}

  private PyTorchCheckpoint(Path file, PyTorchFormat.Content content) {
    this.file = file;
    this.storages = content.storages();
    StateDict found = new StateDict(file, content.root());
    this.entries = Collections.unmodifiableMap(found.entries());
    this.others = Collections.unmodifiableMap(found.others());
    this.ignored = List.copyOf(found.ignored());
    double total = 0;
    for (Map.Entry<String, Entry> e : entries.entrySet()) {
      total += checkedBytes(e.getKey(), e.getValue());
    }
    double inFile = storages.values().stream().mapToDouble(FileSpan::bytes).sum();
    if (total > MAX_REPETITION * inFile) {
      throw new CheckpointException(
          file,
          "holds tensors of %.0f bytes in storages of %.0f, expected at most %d times as much"
              .formatted(total, inFile, MAX_REPETITION));
    }
  }

  /**
   * Opens a file and checks what its pickle says against the file's size.
   *
   * @throws CheckpointException if the file is not a valid PyTorch file, names anything but the
   *     constructors of tensors, or holds no dict of tensors or several
   */
  public static PyTorchCheckpoint open(Path file) {
    return new PyTorchCheckpoint(file, PyTorchFormat.read(file));
  }

  /** The bytes a tensor takes, once it is certain that it lies within its storage. */
  private long checkedBytes(String name, Entry entry) {
    String at = "tensor '" + name + "': ";
    long elements = Shapes.elements(file, name, entry.shape());
    long available = storages.get(entry.storage()).bytes() / entry.dtype().bytes();
    if (entry.strides().size() != entry.shape().size()
        || entry.offset() < 0
        || entry.strides().stream().anyMatch(stride -> stride < 0)) {
      throw new CheckpointException(
          file,
          at
              + "shape is %s with strides %s at offset %d, expected as many strides, none negative"
                  .formatted(
                      Shapes.text(entry.shape()), Shapes.text(entry.strides()), entry.offset()));
    }
    if (elements > available) {
      throw new CheckpointException(
          file,
          at
              + "has %d elements of shape %s in a storage of %d: save a copy, tensor.clone()"
                  .formatted(elements, Shapes.text(entry.shape()), available));
    }
    if (elements > 0 && !(entry.offset() <= available - extent(entry))) {
      throw new CheckpointException(
          file,
          at
              + "shape %s with strides %s at offset %d reaches outside its storage of %d elements"
                  .formatted(
                      Shapes.text(entry.shape()),
                      Shapes.text(entry.strides()),
                      entry.offset(),
                      available));
    }
    return elements * entry.dtype().bytes();
  }

  /** Elements from a view's first to its last, both included; more than any file if too many. */
  private static long extent(Entry entry) {
    long extent = 1;
    for (int i = 0; i < entry.shape().size(); i++) {
      long steps = entry.shape().get(i) - 1;
      long stride = entry.strides().get(i);
      if (steps > 0 && stride > (Long.MAX_VALUE - extent) / steps) {
        return Long.MAX_VALUE;
      }
      extent += steps * stride;
    }
    return extent;
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Each tensor's dtype, shape and place, by name, in the file's order. */
  public Map<String, Entry> entries() {
    return entries;
  }

  /** What those tensors are, by name, whose values are not read: sparse ones, complex ones … */
  public Map<String, String> others() {
    return others;
  }

  /**
   * What the file holds besides, as dotted paths from its root: step counts, optimizers and so on.
   */
  public List<String> ignored() {
    return ignored;
  }

  /** The tensors by name, to be read one by one. */
  public Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    entries.keySet().forEach(name -> stored.put(name, stored(name)));
    return stored;
  }

  private StoredTensor stored(String name) {
    Entry e = entries.get(name);
    return new StoredTensor(name, e.dtype(), e.shape(), e.strides(), file, start(e));
  }

  private long start(Entry entry) {
    return storages.get(entry.storage()).position() + entry.offset() * entry.dtype().bytes();
  }

  /**
   * Writes an ordered dict of tensors in the zip form, which {@code torch.load(file,
   * weights_only=True)} reads, and syncs it to disk. Not atomic: write aside and rename where
   * another may read.
   *
   * @param tensors by name, written in this order; each with a storage of its own
   */
  public static void write(Path file, Map<String, ? extends TensorData> tensors)
      throws IOException {
    PyTorchWriter.write(file, tensors);
  }
}
