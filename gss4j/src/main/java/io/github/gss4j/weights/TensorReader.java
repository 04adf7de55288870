package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads stored tensors into libtorch's own memory, or maps them in place. Nothing is copied through
 * the heap, so a tensor may be larger than it.
 */
public final class TensorReader {
  private static final Logger LOG = LoggerFactory.getLogger(TensorReader.class);
  private static final int MAX_PART_BYTES = 1 << 30;

  private final TensorSource source;

  /** A reader of the tensors of a file. */
  public TensorReader(TensorSource source) {
    this.source = source;
  }

  /** Gives a tensor by the file's name, in a dtype, on the CPU, into the caller's scope. */
  @FunctionalInterface
  interface Reader {
    Tensor read(String name, ScalarType dtype);
  }

  /**
   * A tensor that was read.
   *
   * @param nonFinite how many of its values are NaN or infinite in the file
   * @param overflow how many others became infinite, for the dtype asked for is narrower
   */
  public record Loaded(Tensor tensor, long nonFinite, long overflow) {}

  /**
   * Reads one tensor in the file's own dtype, into memory of its own.
   *
   * @return contiguous, on the CPU, in the caller's scope
   */
  public static Tensor read(StoredTensor stored) {
    return Scopes.scoped(
        () -> {
          Tensor tensor =
              torch.empty(
                  dimensions(stored.shape()),
                  Tensors.onCpu(TensorTypes.scalar(stored.dtype())),
                  new MemoryFormatOptional());
          BytePointer memory = Tensors.bytes(tensor);
          for (long at = 0; at < memory.capacity(); at += MAX_PART_BYTES) {
            stored.read(at, part(memory, at));
          }
          return tensor;
        });
  }

  /** Reads one tensor in the file's own dtype, into memory of its own. */
  Tensor tensor(String name) {
    return read(source.get(name));
  }

  /**
   * Reads one tensor in another dtype into memory of its own. The file is mapped meanwhile, so that
   * memory never holds two copies.
   *
   * @return on the CPU, in the caller's scope
   */
  Loaded read(String name, ScalarType dtype) {
    try (MappedFiles briefly = new MappedFiles()) {
      long[] counts = {0, 0};
      Tensor tensor =
          Scopes.scoped(
              () -> {
                Tensor there = inPlace(source.get(name), briefly);
                counts[0] = NonFiniteCount.count(there);
                if (there.scalar_type().intern() == dtype.intern()) {
                  return there.clone();
                }
                Tensor cast = there.to(dtype);
                counts[1] = OverflowCount.count(there, cast);
                return cast;
              });
      return new Loaded(tensor, counts[0], counts[1]);
    }
  }

  /**
   * Reads as {@link #read(String, ScalarType)}, and warns of values that are not numbers, or become
   * infinite.
   */
  public Tensor readWarned(String name, ScalarType dtype) {
    return readCounted(name, dtype).tensor();
  }

  /** The same, with the counts of such values. */
  Loaded readCounted(String name, ScalarType dtype) {
    return warned(name, read(name, dtype));
  }

  /**
   * Makes something of tensors that stay in place where the file holds them in the dtype asked for,
   * and are read where not. What is not a number is logged as a warning.
   *
   * @param making may keep the tensors, and with them the file mapped
   */
  <T> T inPlace(Function<Reader, T> making) {
    try (MappedFiles mapped = new MappedFiles()) {
      return making.apply((name, dtype) -> warned(name, mapped(name, dtype, mapped)).tensor());
    }
  }

  private Loaded mapped(String name, ScalarType dtype, MappedFiles mapped) {
    StoredTensor stored = source.get(name);
    if (TensorTypes.scalar(stored.dtype()) != dtype.intern()) {
      return read(name, dtype);
    }
    Tensor tensor = inPlace(stored, mapped);
    return new Loaded(tensor, NonFiniteCount.count(tensor), 0);
  }

  private Loaded warned(String name, Loaded loaded) {
    if (loaded.nonFinite() > 0) {
      LOG.warn(
          "{}: tensor '{}' holds {} values that are NaN or infinite: its output cannot be"
              + " trusted",
          source.file(),
          name,
          loaded.nonFinite());
    }
    if (loaded.overflow() > 0) {
      LOG.warn(
          "{}: tensor '{}': {} of {} values are too large for {} and become infinite: take a wider"
              + " dtype",
          source.file(),
          name,
          loaded.overflow(),
          loaded.tensor().numel(),
          TensorTypes.of(loaded.tensor().scalar_type()));
    }
    return loaded;
  }

  private static Tensor inPlace(StoredTensor stored, MappedFiles mapped) {
    boolean aligned = stored.isContiguous() && stored.position() % stored.dtype().bytes() == 0;
    return aligned ? mapped.tensor(stored) : read(stored);
  }

  /** Visits the memory of a contiguous tensor on the CPU from its first byte to its last. */
  static void forEachPart(Tensor tensor, TensorData.Part action) throws IOException {
    BytePointer memory = Tensors.bytes(tensor);
    for (long at = 0; at < memory.capacity(); at += MAX_PART_BYTES) {
      action.use(part(memory, at));
    }
  }

  private static ByteBuffer part(BytePointer memory, long from) {
    long bytes = Math.min(MAX_PART_BYTES, memory.capacity() - from);
    return memory.getPointer(from).capacity(bytes).asByteBuffer();
  }

  static long[] dimensions(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
