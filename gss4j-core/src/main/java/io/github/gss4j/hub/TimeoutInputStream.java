package io.github.gss4j.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A body that fails when nothing arrives for a while; without it, a silent server holds forever.
 */
final class TimeoutInputStream extends FilterInputStream {
  private final Duration silence;

  TimeoutInputStream(InputStream body, Duration silence) {
    super(body);
    this.silence = silence;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    CompletableFuture<Integer> arrival = new CompletableFuture<>();
    CompletableFuture<Integer> timeout =
        arrival
            .orTimeout(silence.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((n, late) -> closeIf(late != null));
    int n = -1;
    IOException failure = null;
    try {
      n = in.read(buffer, offset, length);
    } catch (IOException e) {
      failure = e;
    }
    if (!arrival.complete(n) || timeout.isCompletedExceptionally()) {
      throw new HttpTimeoutException("nothing arrived for " + silence.toSeconds() + " s");
    }
    if (failure != null) {
      throw failure;
    }
    return n;
  }

  /** Closing wakes the reader. */
  private void closeIf(boolean late) {
    if (late) {
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
