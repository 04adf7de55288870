package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.gss4j.checkpoint.CheckpointException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.bytedeco.javacpp.PointerScope;

/** Reads a file again and again, each time with other bytes of it spoilt. */
final class Fuzz {
  private static final int ROUNDS = 2000;

  /** Of the heap, for one reading of a file of some kilobytes. */
  private static final long MAX_ALLOCATED_BYTES = 4L << 20;

  /** Of native memory, in sizes of the file: storages may be shared. */
  private static final long MAX_TENSOR_RATIO = 64;

  private static final long[] HUGE = {
    -1, Long.MAX_VALUE, Long.MIN_VALUE, 0xffff_ffffL, 0x7fff_ffffL, 1L << 40, 0
  };

  private Fuzz() {}

  /**
   * Asserts that every reading ends well or in a {@link CheckpointException} of one line, and that
   * none allocates much.
   *
   * @param reader reads all tensors of a file and returns the bytes that they take
   */
  static void everyMutationIsReadOrRefused(Path original, Path scratch, ToLongFunction<Path> reader)
      throws IOException {
    byte[] sound = Files.readAllBytes(original);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long seed = System.nanoTime();
    int refused = 0;
    try (PointerScope scope = new PointerScope()) {
      // also loads libtorch and all classes, which allocates
      assertThat(reader.applyAsLong(original)).isPositive();
    }
    for (int round = 0; round < ROUNDS; round++) {
      byte[] spoilt = mutate(sound, new Random(seed + round));
      Files.write(scratch, spoilt);
      String what = "%s, seed %d".formatted(original.getFileName(), seed + round);
      long before = threads.getCurrentThreadAllocatedBytes();
      try (PointerScope scope = new PointerScope()) {
        assertThat(reader.applyAsLong(scratch))
            .as("bytes of tensors, %s", what)
            .isLessThanOrEqualTo(MAX_TENSOR_RATIO * spoilt.length);
      } catch (CheckpointException expected) {
        refused++;
        assertThat(expected.getMessage()).as(what).matches("[^\\p{Cntrl}]{1,2000}");
      } catch (RuntimeException | Error crash) {
        throw new AssertionError(what + ": " + crash, crash);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated, %s", what)
          .isLessThan(MAX_ALLOCATED_BYTES);
    }
    assertThat(refused)
        .as("refused of %d from seed %d", ROUNDS, seed)
        .isGreaterThan(ROUNDS / 20)
        .isLessThan(ROUNDS);
  }

  private static byte[] mutate(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = insert(bytes, at, random);
        case 4 -> huge(bytes, at, random);
        default -> copy(bytes, at, random);
      }
    }
    return bytes;
  }

  private static byte[] insert(byte[] bytes, int at, Random random) {
    byte[] added = new byte[1 + random.nextInt(16)];
    random.nextBytes(added);
    ByteBuffer longer = ByteBuffer.allocate(bytes.length + added.length);
    longer.put(bytes, 0, at).put(added).put(bytes, at, bytes.length - at);
    return longer.array();
  }

  private static void huge(byte[] bytes, int at, Random random) {
    byte[] value = new byte[8];
    ByteBuffer.wrap(value)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(HUGE[random.nextInt(HUGE.length)]);
    int length = Math.min(random.nextBoolean() ? 4 : 8, bytes.length - at);
    System.arraycopy(value, 0, bytes, at, length);
  }

  private static void copy(byte[] bytes, int at, Random random) {
    int length = Math.min(1 + random.nextInt(32), bytes.length - at);
    System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
  }
}
