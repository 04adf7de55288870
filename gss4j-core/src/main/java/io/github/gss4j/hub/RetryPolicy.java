package io.github.gss4j.hub;

import java.time.Duration;

/**
 * How long to wait for a network, and how often to retry.
 *
 * @param answer until the head of an answer is there
 * @param silence until the next bytes of a body are there
 * @param attempts attempts before a request fails
 * @param sleep how to wait
 */
record RetryPolicy(Duration answer, Duration silence, int attempts, Sleep sleep) {
  @FunctionalInterface
  interface Sleep {
    void sleep(Duration time) throws InterruptedException;
  }

  static RetryPolicy usual() {
    return new RetryPolicy(
        Duration.ofSeconds(30), Duration.ofSeconds(60), 5, time -> Thread.sleep(time.toMillis()));
  }

  /** That of who has something else: one attempt, answered soon. */
  RetryPolicy brief() {
    Duration soon = Duration.ofSeconds(10);
    return new RetryPolicy(answer.compareTo(soon) < 0 ? answer : soon, silence, 1, sleep);
  }

  /** Waits, and turns an interruption into an error. */
  void pause(Duration time, String what) {
    try {
      sleep.sleep(time);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  /** Keeps the thread's interrupted state. */
  static HubException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new HubException(
        what + ": interrupted; what has arrived is kept and will be resumed", e);
  }
}
