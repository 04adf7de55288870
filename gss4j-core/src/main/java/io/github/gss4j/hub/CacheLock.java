package io.github.gss4j.hub;

import io.github.gss4j.files.ProcessLocks;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps two processes, or two threads, from writing the same blob. */
final class CacheLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CacheLock.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final Path file;
  private final FileChannel channel;

  private CacheLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Waits until the lock is free and takes it. The file stays when the lock is given back. */
  static CacheLock take(Path file, RetryPolicy policy) {
    FileChannel channel =
        Disk.use(
            "open the lock",
            file,
            () -> {
              Files.createDirectories(file.getParent());
              return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            });
    CacheLock lock = new CacheLock(file, channel);
    boolean taken = false;
    try {
      taken = lock.isTaken();
      if (!taken) {
        LOG.info("waiting for another download that holds {}", file);
      }
      while (!taken) {
        policy.pause(BETWEEN_LOOKS, "waiting for " + file);
        taken = lock.isTaken();
      }
    } finally {
      if (!taken) {
        lock.close();
      }
    }
    return lock;
  }

  private boolean isTaken() {
    return Disk.use("lock", file, () -> ProcessLocks.take(channel, file));
  }

  @Override
  public void close() {
    Disk.use(
        "give back the lock",
        file,
        () -> {
          channel.close();
          return null;
        });
  }
}
