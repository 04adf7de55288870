package io.github.gss4j.run;

import java.io.IOException;

/**
 * Errors of a run whose settings were accepted: an illegal argument is then no fault of the
 * caller's.
 */
final class UnexpectedErrors {
  private UnexpectedErrors() {}

  /** Work that may fail. */
  @FunctionalInterface
  public interface Work<T> {
    /** Runs the work. */
    T run() throws IOException;
  }

  /**
   * Runs work.
   *
   * @throws IllegalStateException for an {@link IllegalArgumentException}, with its message
   */
  public static <T> T run(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
