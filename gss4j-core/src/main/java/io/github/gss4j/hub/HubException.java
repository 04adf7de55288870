package io.github.gss4j.hub;

/**
 * A model that cannot be found on the hub or in its cache: what happened and what to do, in a line.
 */
public final class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean away;

  HubException(String problem) {
    this(problem, null);
  }

  HubException(String problem, Throwable cause) {
    this(problem, cause, false);
  }

  private HubException(String problem, Throwable cause, boolean away) {
    super(problem, cause);
    this.away = away;
  }

  /** The hub does not answer, or not now. */
  static HubException away(String problem, Throwable cause) {
    return new HubException(problem, cause, true);
  }

  /** Whether the hub does not answer, or not now: what the cache has may do instead. */
  boolean isAway() {
    return away;
  }
}
