package io.github.gss4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One tensor on disk, its values not read.
 *
 * @param name its name in the file
 * @param dtype its element type
 * @param shape its dimensions
 * @param strides elements between neighbours along each dimension
 * @param file where its elements lie
 * @param position of its first element, in bytes
 */
public record StoredTensor(
    String name, TensorType dtype, List<Long> shape, List<Long> strides, Path file, long position) {
  private static final int CHUNK_BYTES = 1 << 20;

  /** Copies the lists. */
  public StoredTensor {
    shape = List.copyOf(shape);
    strides = List.copyOf(strides);
  }

  /** How many elements it has. */
  public long elements() {
    return Shapes.elements(file, name, shape);
  }

  /** How many bytes its elements take. */
  public long bytes() {
    return elements() * dtype.bytes();
  }

  /** Whether the elements lie side by side in row-major order. */
  public boolean isContiguous() {
    long expected = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      if (shape.get(i) != 1 && !strides.get(i).equals(expected)) {
        return false;
      }
      expected *= shape.get(i);
    }
    return true;
  }

  /**
   * Fills a buffer with the tensor's bytes in row-major order, little-endian as in the file.
   *
   * @param offset of the first byte wanted, a multiple of an element's size
   * @param into is filled from its position to its limit
   * @throws CheckpointException if the file cannot be read, or ends too early
   */
  public void read(long offset, ByteBuffer into) {
    FileIo.open(
        file,
        channel -> {
          try {
            if (isContiguous()) {
              FileIo.readFully(channel, into, position + offset);
            } else {
              gather(channel, offset / dtype.bytes(), into);
            }
          } catch (IOException e) {
            throw new CheckpointException(
                file, "tensor '" + name + "' cannot be read: " + FileIo.describe(e), e);
          }
          return null;
        });
  }

  /** Copies elements one by one where they lie apart. */
  private void gather(FileChannel channel, long first, ByteBuffer into) throws IOException {
    MappedFile bytes = MappedFile.map(channel, position, extent() * dtype.bytes());
    for (long element = first; into.hasRemaining(); element++) {
      long at = place(element) * dtype.bytes();
      for (int i = 0; i < dtype.bytes(); i++) {
        into.put(bytes.get(at + i));
      }
    }
  }

  /** Where an element lies behind the first, counted in elements. */
  private long place(long element) {
    long place = 0;
    long left = element;
    for (int i = shape.size() - 1; i >= 0; i--) {
      place += left % shape.get(i) * strides.get(i);
      left /= shape.get(i);
    }
    return place;
  }

  /** Elements from the first to the last, both included. */
  private long extent() {
    return elements() == 0 ? 0 : place(elements() - 1) + 1;
  }

  /** Whether another tensor is of this dtype and shape and holds equal bytes. */
  public boolean isSame(StoredTensor other) {
    if (dtype != other.dtype || !shape.equals(other.shape)) {
      return false;
    }
    if (file.equals(other.file) && position == other.position && strides.equals(other.strides)) {
      return true;
    }
    boolean[] same = {true};
    ByteBuffer theirs = ByteBuffer.allocateDirect(CHUNK_BYTES);
    forEachChunk(
        (from, ours) -> {
          if (same[0]) {
            other.read((long) from * dtype.bytes(), theirs.clear().limit(ours.remaining()));
            same[0] = theirs.flip().equals(ours);
          }
        });
    return same[0];
  }

  /** All values as float32: rounded where they are float64. */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(elements())];
    forEachChunk((from, chunk) -> dtype.toFloats(chunk, values, from));
    return values;
  }

  /**
   * Some values as float32, of a tensor of any size.
   *
   * @param from the number of the first, in row-major order
   * @param into is filled from its beginning
   */
  public void toFloats(long from, float[] into, int count) {
    int bytes = Math.multiplyExact(count, dtype.bytes());
    ByteBuffer chunk = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    read(from * dtype.bytes(), chunk);
    dtype.toFloats(chunk.flip(), into, 0);
  }

  /** All values as float64. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(elements())];
    forEachChunk((from, chunk) -> dtype.toDoubles(chunk, values, from));
    return values;
  }

  /** How many values are NaN or infinite. */
  public long nonFinite() {
    AtomicLong count = new AtomicLong();
    forEachChunk(
        (from, chunk) -> {
          double[] values = new double[chunk.remaining() / dtype.bytes()];
          dtype.toDoubles(chunk, values, 0);
          count.addAndGet(Arrays.stream(values).filter(v -> !Double.isFinite(v)).count());
        });
    return count.get();
  }

  /** The tensor as it is written to another file. */
  public TensorData data() {
    return new Copy(this);
  }

  private record Copy(StoredTensor stored) implements TensorData {
    @Override
    public TensorType dtype() {
      return stored.dtype();
    }

    @Override
    public List<Long> shape() {
      return stored.shape();
    }

    @Override
    public void forEachPart(Part action) throws IOException {
      ByteBuffer part = ByteBuffer.allocateDirect(CHUNK_BYTES);
      for (long done = 0; done < stored.bytes(); done += CHUNK_BYTES) {
        stored.read(done, part.clear().limit((int) Math.min(CHUNK_BYTES, stored.bytes() - done)));
        action.use(part.flip());
      }
    }
  }

  /** Visits elements in order. */
  @FunctionalInterface
  interface Chunk {
    /**
     * Takes elements.
     *
     * @param from the number of the first, in row-major order
     * @param bytes little-endian
     */
    void accept(int from, ByteBuffer bytes);
  }

  /** Visits the elements in row-major order, a megabyte at a time. */
  void forEachChunk(Chunk action) {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long bytes = bytes();
    for (long done = 0; done < bytes; done += CHUNK_BYTES) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, bytes - done));
      read(done, chunk);
      action.accept(Math.toIntExact(done / dtype.bytes()), chunk.flip());
    }
  }
}
