package io.github.gss4j.trainer;

import io.github.gss4j.distributed.ProcessGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second process out of a run's directory. The operating system lets go of it when the
 * process ends, however it ends; the file {@code run.lock} stays and says nothing by itself.
 */
public final class RunLock implements AutoCloseable {
  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a directory, which is made where there is none.
   *
   * @throws IOException if another process has it
   */
  public static RunLock take(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("run.lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      if (locked(channel) == null) {
        throw new IOException(
            directory
                + ": process "
                + holder(channel)
                + " trains here; wait for its end, or choose another --out");
      }
      channel.truncate(0);
      String pid = Long.toString(ProcessHandle.current().pid());
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return new RunLock(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** What opens a run, with the lock or, on ranks that have none, with null. */
  @FunctionalInterface
  interface Opening {
    TrainingRun run(RunLock lock) throws IOException;
  }

  /**
   * Opens a run on all ranks: the first has the directory's lock, and the others come when it is
   * taken.
   */
  static TrainingRun locked(ProcessGroup group, Path directory, Opening opening)
      throws IOException {
    RunLock lock = group.isFirst() ? take(directory) : null;
    try {
      group.barrier();
      TrainingRun run = opening.run(lock);
      group.barrier();
      return run;
    } catch (IOException | RuntimeException e) {
      if (lock != null) {
        lock.close();
      }
      throw e;
    }
  }

  private static FileLock locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException inThisProcess) {
      return null;
    }
  }

  private static String holder(FileChannel channel) {
    ByteBuffer pid = ByteBuffer.allocate(20);
    try {
      channel.read(pid, 0);
    } catch (IOException lockedForReadingToo) { // as on Windows
      return "(unknown)";
    }
    return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
