package io.github.gss4j.data;

import io.github.gss4j.files.OneLine;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Text that cannot be used: says in one line what was found, what was expected and what to do. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param problem what was found, what was expected and what to do; control characters in what it
   *     quotes are replaced
   */
  public DataException(String problem) {
    super(OneLine.of(problem));
  }

  /** As above, with a cause. */
  public DataException(String problem, Throwable cause) {
    super(OneLine.of(problem), cause);
  }

  /** As above, of a file. */
  public DataException(Path file, String problem) {
    super(OneLine.of(file + ": " + problem));
  }

  /** A file or directory that the operating system would not read or write. */
  public static DataException of(Path file, String what, IOException cause) {
    return new DataException(file + ": " + what + ": " + reason(cause), cause);
  }

  /** What an exception of the file system or the network means, in a few words. */
  public static String reason(Throwable thrown) {
    if (thrown instanceof NoSuchFileException) {
      return "no such file";
    }
    if (thrown instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (thrown instanceof FileSystemLoopException) {
      return "a link to a directory around it";
    }
    if (thrown instanceof EOFException) {
      return "it ends too early";
    }
    if (thrown instanceof ConnectException) {
      return "no connection";
    }
    return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
  }
}
