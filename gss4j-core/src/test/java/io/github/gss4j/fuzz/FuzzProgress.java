package io.github.gss4j.fuzz;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How far a worker is, in a mapped file: it stays when the worker dies. */
final class FuzzProgress {
  private static final int SEED = 0;
  private static final int BEGUN = 8;
  private static final int ENDED = 16;
  private static final int REFUSED = 24;
  private static final int BYTES = 32;

  private final MappedByteBuffer numbers;

  FuzzProgress(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      numbers = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
    }
  }

  void begin(long seed) {
    numbers.putLong(SEED, seed);
    numbers.putLong(BEGUN, begun() + 1);
  }

  void end(boolean refused) {
    numbers.putLong(REFUSED, refused() + (refused ? 1 : 0));
    numbers.putLong(ENDED, ended() + 1);
  }

  /** Counts an input that a worker died of as ended: the next one begins afresh. */
  void settle() {
    numbers.putLong(ENDED, begun());
  }

  /** Of the input that was begun last. */
  long seed() {
    return numbers.getLong(SEED);
  }

  long begun() {
    return numbers.getLong(BEGUN);
  }

  long ended() {
    return numbers.getLong(ENDED);
  }

  long refused() {
    return numbers.getLong(REFUSED);
  }
}
