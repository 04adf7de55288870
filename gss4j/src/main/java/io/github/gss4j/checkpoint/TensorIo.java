package io.github.gss4j.checkpoint;

import io.github.gss4j.files.LfsPointer;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Moves bytes between files and tensors' own memory.
 *
 * <p>Nothing is mapped here ({@link MappedFiles} does that), so a file that is cut short while it
 * is read is an error and not a crash; nothing is copied through the heap, so a tensor may be
 * larger than it.
 */
final class TensorIo {
  private static final int MAX_CHUNK_BYTES = 1 << 30;

  /** libtorch's own limit for operations on a tensor. */
  static final int MAX_DIMENSIONS = 64;

  /** What happens with a part of a tensor's memory. */
  @FunctionalInterface
  interface Part {
    void use(ByteBuffer part) throws IOException;
  }

  /** What happens with an open file. */
  @FunctionalInterface
  interface Reading<T> {
    T from(FileChannel channel) throws IOException;
  }

  private TensorIo() {}

  /**
   * Opens a file, reads from it and closes it.
   *
   * @throws CheckpointException if the file cannot be read, or is not there but for a Git LFS
   *     pointer
   */
  static <T> T open(Path file, Reading<T> reading) {
    if (LfsPointer.is(file)) {
      throw new CheckpointException(file, LfsPointer.MESSAGE);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return reading.from(channel);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + describe(e), e);
    }
  }

  /**
   * The number of elements of a shape.
   *
   * @throws CheckpointException if a size is negative or the strides of such a tensor overflow
   */
  static long elements(Path file, String name, List<Long> shape) {
    if (shape.size() > MAX_DIMENSIONS) {
      throw new CheckpointException(
          file,
          "tensor '%s': has %d dimensions, expected at most %d"
              .formatted(name, shape.size(), MAX_DIMENSIONS));
    }
    long extent = 1; // as if sizes of 0 were 1, for libtorch multiplies those into strides
    boolean empty = false;
    for (long size : shape) {
      if (size < 0) {
        throw new CheckpointException(
            file,
            "tensor '%s': shape is %s, expected sizes of 0 or more".formatted(name, text(shape)));
      }
      empty |= size == 0;
      long factor = Math.max(size, 1);
      if (extent > Long.MAX_VALUE / 16 / factor) {
        throw new CheckpointException(
            file, "tensor '%s': shape %s is larger than any file".formatted(name, text(shape)));
      }
      extent *= factor;
    }
    return empty ? 0 : extent;
  }

  static String text(List<Long> shape) {
    return Tensors.text(dimensions(shape));
  }

  static long[] dimensions(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Reads a contiguous tensor.
   *
   * @param name for messages
   * @param position of its first byte in the file
   * @return a tensor on the CPU, in the caller's scope
   */
  static Tensor read(
      Path file,
      FileChannel channel,
      String name,
      TensorType dtype,
      List<Long> shape,
      long position) {
    return Scopes.scoped(
        () -> {
          Tensor tensor =
              torch.empty(
                  dimensions(shape),
                  new TensorOptions(dtype.scalarType()),
                  new MemoryFormatOptional());
          long[] at = {position};
          try {
            forEachPart(
                tensor,
                part -> {
                  int length = part.remaining();
                  readFully(channel, part, at[0]);
                  at[0] += length;
                });
          } catch (IOException e) {
            throw new CheckpointException(
                file, "tensor '" + name + "' cannot be read: " + describe(e), e);
          }
          return tensor;
        });
  }

  /** Appends a tensor's elements in row-major order, wherever and however they lie. */
  static void append(FileChannel channel, Tensor tensor) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      forEachPart(tensor.detach().cpu().contiguous(), part -> writeFully(channel, part));
    }
  }

  /** Visits the memory of a contiguous tensor on the CPU from its first byte to its last. */
  static void forEachPart(Tensor tensor, Part action) throws IOException {
    BytePointer memory = Tensors.bytes(tensor);
    long bytes = memory.capacity();
    for (long done = 0; done < bytes; done += MAX_CHUNK_BYTES) {
      int chunk = (int) Math.min(MAX_CHUNK_BYTES, bytes - done);
      action.use(memory.getPointer(done).capacity(chunk).asByteBuffer());
    }
  }

  /** Reads that many bytes, in little-endian order and ready to be taken out. */
  static ByteBuffer readFully(FileChannel channel, int bytes, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, buffer, position);
    return buffer.flip();
  }

  static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at);
      if (n < 0) {
        throw new EOFException("file ends at byte " + at + ", cut short");
      }
      at += n;
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static String describe(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
