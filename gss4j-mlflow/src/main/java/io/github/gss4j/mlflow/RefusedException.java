package io.github.gss4j.mlflow;

import java.io.IOException;

/** A server's answer that it will give again: what was asked for makes no sense to it. */
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
