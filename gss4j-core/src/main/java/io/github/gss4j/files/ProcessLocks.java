package io.github.gss4j.files;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks that keep other processes out of a file. The operating system releases one when its channel
 * is closed or its process ends, however it ends.
 */
public final class ProcessLocks {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessLocks.class);

  private ProcessLocks() {}

  /** Tries to lock, through the operating system. */
  @FunctionalInterface
  interface Taking {
    FileLock tryLock() throws IOException;
  }

  /**
   * Locks an open file. Where the file system has no locks, as some network file systems, a warning
   * names the file, and the caller continues as if it had it.
   *
   * @return false where another process, or another part of this one, has it
   */
  public static boolean take(FileChannel channel, Path file) throws IOException {
    return take(channel::tryLock, file);
  }

  static boolean take(Taking taking, Path file) throws IOException {
    try {
      return taking.tryLock() != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException noLocks) {
      LOG.warn(
          "{} cannot be locked ({}): continuing, but nothing keeps a second process out",
          file,
          noLocks.getMessage());
      return true;
    }
  }
}
