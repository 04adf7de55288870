package io.github.gss4j.data.documents;

/** A row that holds no document; its message is the reason in a few words. */
public final class BrokenRowException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public BrokenRowException(String reason) {
    super(reason);
  }

  /** As above, with a cause. */
  public BrokenRowException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
