package io.github.gss4j.data.documents;

/** A row that holds no document; its message is the reason in a few words. */
public final class BrokenRowException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public BrokenRowException(String reason) {
    super(reason);
  }

  /** As above, with the exception that showed it. */
  public BrokenRowException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
