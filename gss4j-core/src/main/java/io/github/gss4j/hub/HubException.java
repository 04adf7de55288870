package io.github.gss4j.hub;

/**
 * A model that cannot be had from the hub or its cache: what happened and what to do, in a line.
 */
public final class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what went wrong and what to do. */
  public HubException(String problem) {
    super(problem);
  }

  /** As above, with the exception that showed it. */
  public HubException(String problem, Throwable cause) {
    super(problem, cause);
  }
}
