package io.github.gss4j.spark;

/** A rank has failed, and with it its barrier stage; the message says which, where and why. */
final class RankFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RankFailure(String message) {
    super(message);
  }

  RankFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
