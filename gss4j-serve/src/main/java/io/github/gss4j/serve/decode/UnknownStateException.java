package io.github.gss4j.serve.decode;

/** There is no state of that id, or no longer. */
public final class UnknownStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownStateException(String id) {
    super("there is no state '" + id + "': it was deleted, has expired, or never was");
  }
}
