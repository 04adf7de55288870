package io.github.gss4j.checkpoint;

import io.github.gss4j.files.OneLine;
import java.nio.file.Path;

/**
 * A checkpoint that cannot be used: names the file, what was found in it and what was expected, in
 * one line of bounded length whatever the file holds.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param file the file at fault
   * @param problem what was found, what was expected and what to do, in one line
   */
  public CheckpointException(Path file, String problem) {
    super(file + ": " + OneLine.of(problem));
  }

  /** As above, with a cause. */
  public CheckpointException(Path file, String problem, Throwable cause) {
    super(file + ": " + OneLine.of(problem), cause);
  }
}
