package io.github.gss4j.mlflow;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends deliveries to a server in order, on its own thread, without delaying or failing the sender:
 * failed ones are retried, refused ones are dropped, and each kind of error is logged once.
 */
final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final long BETWEEN_MILLIS = 500;
  private static final long FIRST_RETRY_MILLIS = 1_000;
  private static final long LAST_RETRY_MILLIS = 30_000;
  private static final long CLOSING_RETRY_MILLIS = 200;

  /** How many different refusals are logged. */
  private static final int MOST_REFUSALS = 20;

  /** A delivery. */
  @FunctionalInterface
  interface Delivery {
    /**
     * Sends it, in a bounded time.
     *
     * @throws RefusedException if retrying is useless
     */
    void send() throws IOException;
  }

  private final String name;
  private final Duration grace;
  private final BlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();
  private final Set<String> refusals = new HashSet<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile long deadlineNanos;
  private boolean failing;

  /**
   * An empty outbox.
   *
   * @param name of the server, for the log
   * @param grace how long to keep trying when the run is over
   */
  Outbox(String name, Duration grace) {
    this.name = name;
    this.grace = grace;
    this.thread = new Thread(this::work, "gss4j-mlflow");
    thread.setDaemon(true);
    thread.start();
  }

  void add(Delivery delivery) {
    queue.add(delivery);
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void work() {
    try {
      while (true) {
        Delivery next = queue.poll(BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
          if (isClosing()) {
            return;
          }
        } else if (!sent(next)) {
          LOG.warn("{}: the run is over and {} parts of it are not sent", name, queue.size() + 1);
          return;
        } else {
          closing.await(BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tries until it is sent or refused; false where the run is over and time is up. */
  private boolean sent(Delivery delivery) throws InterruptedException {
    long retryMillis = FIRST_RETRY_MILLIS;
    while (true) {
      try {
        delivery.send();
        if (failing) {
          LOG.info("{} is reached again", name);
          failing = false;
        }
        return true;
      } catch (RefusedException e) {
        if (refusals.size() < MOST_REFUSALS && refusals.add(e.getMessage())) {
          LOG.warn("{}: {}; this is left out and the run continues", name, e.getMessage());
        }
        return true;
      } catch (IOException | RuntimeException e) {
        if (!failing) {
          LOG.warn("{}: {}; the run continues, and it is tried again", name, e.getMessage());
          failing = true;
        }
      }
      if (isClosing()) {
        if (System.nanoTime() - deadlineNanos > 0) {
          return false;
        }
        Thread.sleep(CLOSING_RETRY_MILLIS);
      } else {
        closing.await(retryMillis, TimeUnit.MILLISECONDS);
        retryMillis = Math.min(LAST_RETRY_MILLIS, 2 * retryMillis);
      }
    }
  }

  /** Sends what is left, as long as the server answers or the grace lasts. */
  @Override
  public void close() {
    deadlineNanos = System.nanoTime() + grace.toNanos();
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
