package io.github.gss4j.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts one request's failures, waits longer after each, and finally gives up. */
final class Retries {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final RetryPolicy policy;
  private final String what;
  private int failures;

  /**
   * Begins to count.
   *
   * @param what the request, for messages
   */
  Retries(RetryPolicy policy, String what) {
    this.policy = policy;
    this.what = what;
  }

  @FunctionalInterface
  interface Attempt<T> {
    T run() throws IOException;
  }

  /** Runs a request until it succeeds or is given up. */
  static <T> T of(RetryPolicy policy, String what, Attempt<T> attempt) {
    Retries retries = new Retries(policy, what);
    while (true) {
      try {
        return attempt.run();
      } catch (IOException e) {
        retries.after(e);
      }
    }
  }

  /** The request made progress: start counting again. */
  void progressed() {
    failures = 0;
  }

  /**
   * Waits 1, 2, 4, … seconds, or as long as the server asks.
   *
   * @throws HubException if this was the last attempt, the wait would be too long, or waiting
   *     cannot help
   */
  void after(IOException failure) {
    failures++;
    Optional<Duration> asked =
        failure instanceof RetryableException busy ? busy.retryAfter() : Optional.empty();
    Duration wait = asked.orElse(Duration.ofSeconds(1L << Math.min(failures - 1, 5)));
    String problem = what + ": " + describe(failure);
    if (isCausedBy(CertificateException.class, failure)) {
      throw new HubException(
          problem
              + ": add the certificate of your proxy or mirror to the JVM's trust store"
              + " (-Djavax.net.ssl.trustStore=FILE)",
          failure);
    }
    if (wait.compareTo(LONGEST_WAIT) > 0) {
      throw HubException.away(
          problem + " and asks to wait " + wait.toSeconds() + " s: try again then", failure);
    }
    if (failures >= policy.attempts()) {
      throw HubException.away(problem + ", " + failures + " times: " + advice(failure), failure);
    }
    LOG.warn("{}: trying again in {} s", problem, wait.toSeconds());
    policy.pause(wait, what);
  }

  private static String advice(IOException failure) {
    return failure instanceof RetryableException
        ? "try again later, or set HF_HUB_OFFLINE=1 to use the cache alone"
        : "check the network, HTTPS_PROXY and HF_ENDPOINT, or set HF_HUB_OFFLINE=1 to use the cache"
            + " alone";
  }

  private static String describe(IOException e) {
    if (isCausedBy(UnresolvedAddressException.class, e)) {
      return "no such host";
    }
    if (e.getMessage() != null) {
      return FileNames.shown(e.getMessage());
    }
    return e instanceof ConnectException ? "no connection" : e.getClass().getSimpleName();
  }

  private static boolean isCausedBy(Class<? extends Exception> kind, IOException failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (kind.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
