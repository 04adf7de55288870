package io.github.gss4j.distributed;

/** A rank is lost, or the ranks cannot find each other; the message names who and why. */
public final class RankException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RankException(String message) {
    super(message);
  }

  RankException(String message, Throwable cause) {
    super(message, cause);
  }
}
