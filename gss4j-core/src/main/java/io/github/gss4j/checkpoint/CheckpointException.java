package io.github.gss4j.checkpoint;

import java.nio.file.Path;

/**
 * A checkpoint that cannot be used: names the file, what was found in it and what was expected, in
 * one line of bounded length whatever the file holds.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_LENGTH = 1000;

  /**
   * Says what is wrong with a file.
   *
   * @param file the file at fault
   * @param problem what was found, what was expected and what to do, in one line
   */
  public CheckpointException(Path file, String problem) {
    super(file + ": " + oneLine(problem));
  }

  /** As above, with the exception that showed it. */
  public CheckpointException(Path file, String problem, Throwable cause) {
    super(file + ": " + oneLine(problem), cause);
  }

  private static String oneLine(String problem) {
    String head = problem.length() <= MAX_LENGTH ? problem : problem.substring(0, MAX_LENGTH) + "…";
    return head.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
  }
}
