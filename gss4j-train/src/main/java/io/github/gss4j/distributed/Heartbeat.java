package io.github.gss4j.distributed;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Each rank's heartbeat in the store, and who has lost theirs.
 *
 * <p>A beat says how many collectives the rank has come to, so that one that still beats but does
 * not come is found, too. The first to see a loss writes it down for all.
 */
final class Heartbeat implements AutoCloseable {
  /** Where the first to see a loss writes it down. */
  static final String FAILED = "failed";

  private final KeyValueStore store;
  private final Rendezvous at;
  private final Duration interval;
  private final AtomicLong calls = new AtomicLong();
  private final String[] beats;
  private final long[] changed;
  private final Thread thread;
  private volatile String failure;
  private volatile boolean closed;

  Heartbeat(Rendezvous at) {
    this.at = at;
    long wanted = at.timeout().toMillis() / 10;
    this.interval = Duration.ofMillis(Math.max(50, Math.min(2000, wanted)));
    this.store = KeyValueStore.client(at, at.timeout());
    this.beats = new String[at.worldSize()];
    this.changed = new long[at.worldSize()];
    Arrays.fill(beats, "");
    Arrays.fill(changed, System.nanoTime());
    this.thread = new Thread(this::beat, "gss4j-heartbeat");
    thread.setDaemon(true);
    thread.start();
  }

  private void beat() {
    try {
      for (long tick = 0; !closed; tick++) {
        store.put("beat/" + at.rank(), tick + " " + calls.get());
        for (int r = 0; r < at.worldSize(); r++) {
          look(r);
        }
        store.get(FAILED).ifPresent(reason -> failure = reason);
        Thread.sleep(interval.toMillis());
      }
    } catch (RankException storeGone) {
      failure = failure == null ? storeGone.getMessage() : failure;
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void look(int rank) {
    String now = store.get("beat/" + rank).orElse("");
    if (!now.equals(beats[rank])) {
      beats[rank] = now;
      changed[rank] = System.nanoTime();
    }
  }

  /** This rank has come to a collective. */
  void called() {
    calls.incrementAndGet();
  }

  /** What ends the run, if anything is known to. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Whether a rank's heart has not been heard for three beats and that long. */
  synchronized boolean isSilent(int rank, Duration atLeast) {
    long nanos = Math.max(3 * interval.toNanos(), atLeast.toNanos());
    return rank != at.rank() && System.nanoTime() - changed[rank] > nanos;
  }

  /**
   * Writes a reason down for all ranks, where there is none yet, and gives the one that is there.
   */
  String fail(String reason) {
    if (failure == null) {
      try {
        failure = store.putFirst(FAILED, reason);
      } catch (RankException storeGone) {
        failure = storeGone.getMessage();
      }
    }
    return failure;
  }

  /**
   * Finds out why a collective failed: waits for a heart to be missed.
   *
   * @param reason what the collective itself says
   */
  RankException diagnosed(String reason) {
    long end = System.nanoTime() + 5 * interval.toNanos();
    while (System.nanoTime() < end && failure == null) {
      for (int r = 0; r < at.worldSize(); r++) {
        if (isSilent(r, Duration.ZERO)) {
          return new RankException(fail(silent(r)));
        }
      }
      pause();
    }
    if (failure != null) {
      return new RankException(failure);
    }
    return new RankException(
        fail(late().orElse("rank " + at.rank() + " lost the others: " + reason)));
  }

  /** What is said of a rank whose heart is not heard. */
  String silent(int rank) {
    return "rank "
        + rank
        + " does not answer any more: its process has ended or hangs, or the link to it is cut"
        + " (seen by rank "
        + at.rank()
        + ")";
  }

  private synchronized Optional<String> late() {
    long mine = calls.get();
    for (int r = 0; r < at.worldSize(); r++) {
      String[] beat = beats[r].split(" ", -1);
      if (r != at.rank() && beat.length == 2 && Long.parseLong(beat[1]) < mine) {
        return Optional.of(
            "rank " + r + " answers, but did not come to a collective within " + seconds() + " s");
      }
    }
    return Optional.empty();
  }

  private double seconds() {
    return at.timeout().toMillis() / 1e3;
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RankException("interrupted while waiting for other ranks", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(interval.toMillis() * 2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    store.close();
  }
}
