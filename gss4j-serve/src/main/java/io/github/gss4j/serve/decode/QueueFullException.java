package io.github.gss4j.serve.decode;

/** Too many texts are being read and written, or wait. */
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  QueueFullException(int open) {
    super(
        open
            + " texts are being written or wait, which is all that --max-rows and --max-queue"
            + " allow: try again later");
  }
}
