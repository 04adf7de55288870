package io.github.gss4j.run.files;

import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.files.ProcessLocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks a run's directory against a second process. The operating system releases it when the
 * process ends, however it ends; the file {@code run.lock} stays and says nothing by itself.
 */
public final class RunLock implements AutoCloseable {
  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a directory, which is created if there is none.
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
      if (!ProcessLocks.take(channel, file)) {
        throw new IOException(
            directory
                + ": process "
                + holder(channel)
                + " trains here; wait for its end, or choose another --out");
      }
      String before = content(channel);
      if (!before.matches("\\d*")) {
        throw new IOException(
            file + ": was not written by a run: move it away, or choose another --out");
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
  public interface Opening<R> {
    R run(RunLock lock) throws IOException;
  }

  /** What the first rank does to the directory before all open the run. */
  @FunctionalInterface
  public interface Preparation {
    void run() throws IOException;
  }

  /**
   * Opens a run on all ranks: the first has the directory's lock, and the others come when it is
   * taken and the directory is prepared.
   */
  public static <R> R locked(
      ProcessGroup group, Path directory, Preparation preparation, Opening<R> opening)
      throws IOException {
    RunLock lock = group.isFirst() ? take(directory) : null;
    try {
      if (lock != null) {
        preparation.run();
      }
      group.barrier();
      R run = opening.run(lock);
      group.barrier();
      return run;
    } catch (IOException | RuntimeException e) {
      if (lock != null) {
        lock.close();
      }
      throw e;
    }
  }

  private static String holder(FileChannel channel) {
    try {
      return content(channel);
    } catch (IOException lockedForReadingToo) { // as on Windows
      return "(unknown)";
    }
  }

  /** The number of the process that holds it or held it last. */
  private static String content(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
