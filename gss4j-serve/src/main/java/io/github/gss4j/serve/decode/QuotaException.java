package io.github.gss4j.serve.decode;

/** There is no room for one more state. */
public final class QuotaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  QuotaException(long bytes, long used, long most) {
    super(
        "the state has %d bytes, and others have %d of the %d that --state-bytes allows: delete some"
            .formatted(bytes, used, most));
  }
}
