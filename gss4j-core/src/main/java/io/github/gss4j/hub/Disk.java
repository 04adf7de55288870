package io.github.gss4j.hub;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * File operations of the cache; unlike the network's, their failures are final and name the path.
 */
final class Disk {
  private Disk() {}

  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Runs the work.
   *
   * @param doing in words, such as {@code write}
   * @throws HubException if the file system fails
   */
  static <T> T use(String doing, Path path, Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw new HubException(
          "cannot "
              + doing
              + " "
              + path
              + ": "
              + describe(e)
              + ": fix this, or set HF_HUB_CACHE to a writable directory with free space",
          e);
    }
  }

  private static String describe(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
