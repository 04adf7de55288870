package io.github.gss4j.java;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Threads that do one piece of work together, meeting at barriers. They wait busily for some
 * microseconds and then sleep, so that an idle team uses no processor. A caller that finds the team
 * at work does its own work alone; so does one that has waited long for the others, whose cores
 * somebody else needs, for a while.
 */
final class Team implements AutoCloseable {
  /** Some 200 microseconds: longer than a token's logits take to be used. */
  private static final int SPINS = 1 << 13;

  private static final int YIELDS = 64;
  private static final long NAP_NANOS = 50_000;

  /** Who comes so late does not just wake up: somebody else has the core. */
  private static final long LATE_NANOS = 300_000;

  /** The part of a piece of work that may be waiting. */
  private static final double WAITING = 0.25;

  private static final long SHORTEST_ALONE_NANOS = 2_000_000;
  private static final long LONGEST_ALONE_NANOS = 512_000_000;

  /** Counters, each on a cache line of its own. */
  private static final int ARRIVED = 32;

  private static final int PHASE = 64;
  private static final int JOB = 96;
  private static final int FINISHED = 128;
  private static final int COUNTERS = 160;

  private static final Worker ALONE = new Worker(0, 1, null);

  private final int size;
  private final LongSupplier clock;
  private final AtomicIntegerArray counters = new AtomicIntegerArray(COUNTERS);
  private final ReentrantLock inUse = new ReentrantLock();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final List<Helper> helpers = new ArrayList<>();
  private final Worker first;

  /** How long the caller has waited for others in the current work, beyond microseconds. */
  private long waited;

  private long aloneUntil;
  private long aloneNanos = SHORTEST_ALONE_NANOS;
  private volatile Work work;
  private volatile boolean closed;

  /** What a team does: every worker runs all of it, and takes its share of each part. */
  interface Work {
    void run(Worker worker);
  }

  /** A team of so many threads, the caller's among them. They start with the first work. */
  Team(int size) {
    this(size, System::nanoTime);
  }

  Team(int size, LongSupplier clock) {
    this.size = size;
    this.clock = clock;
    this.aloneUntil = clock.getAsLong();
    this.first = new Worker(0, size, this);
  }

  int size() {
    return size;
  }

  /** Does work, with the others if they are free. */
  void run(Work newWork) {
    if (size == 1 || !inUse.tryLock()) {
      newWork.run(ALONE);
      return;
    }
    try {
      long start = clock.getAsLong();
      if (start - aloneUntil < 0) {
        newWork.run(ALONE);
        return;
      }
      waited = 0;
      together(newWork);
      judge(start, clock.getAsLong());
    } finally {
      inUse.unlock();
    }
  }

  /** Works alone for a while where much of the time was waiting, the longer the more often. */
  private void judge(long start, long end) {
    if (waited > LATE_NANOS && waited > WAITING * (end - start)) {
      aloneUntil = end + aloneNanos;
      aloneNanos = Math.min(LONGEST_ALONE_NANOS, 2 * aloneNanos);
    } else {
      aloneNanos = Math.max(SHORTEST_ALONE_NANOS, aloneNanos / 2);
    }
  }

  private void together(Work newWork) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    for (int i = helpers.size() + 1; i < size; i++) {
      Helper helper = new Helper(new Worker(i, size, this));
      helpers.add(helper);
      helper.start();
    }
    counters.set(FINISHED, 0);
    work = newWork;
    counters.incrementAndGet(JOB);
    for (Helper helper : helpers) {
      helper.wake();
    }
    attempt(newWork, first);
    await(first, FINISHED, size - 1);
    work = null;
    Throwable thrown = failure.getAndSet(null);
    if (thrown != null) {
      counters.set(ARRIVED, 0);
      if (thrown instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("decoding failed", thrown);
    }
  }

  private void attempt(Work newWork, Worker worker) {
    try {
      newWork.run(worker);
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Waits until a counter has a value, or for a barrier until somebody has failed. */
  @SuppressWarnings("ThreadPriorityCheck") // others may need the core that is waited on
  private void await(Worker worker, int counter, int value) {
    long since = 0;
    int spins = 0;
    for (; counters.get(counter) != value; spins++) {
      if (spins == SPINS) {
        since = clock.getAsLong();
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else if (spins < SPINS + YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(NAP_NANOS);
      }
      if (counter == PHASE && failure.get() != null) {
        throw new IllegalStateException("another thread of the team failed");
      }
    }
    if (spins > SPINS && worker.index() == 0) {
      waited += clock.getAsLong() - since;
    }
  }

  private void meet(Worker worker) {
    int phase = counters.get(PHASE);
    if (counters.incrementAndGet(ARRIVED) == size) {
      counters.set(ARRIVED, 0);
      counters.set(PHASE, phase + 1);
    } else {
      await(worker, PHASE, phase + 1);
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    inUse.lock();
    try {
      closed = true;
      helpers.forEach(LockSupport::unpark);
    } finally {
      inUse.unlock();
    }
  }

  /** One thread's place in a team. */
  record Worker(int index, int size, Team team) {
    /** The first of n things that are this worker's share. */
    int from(int n) {
      return (int) ((long) n * index / size);
    }

    /** The thing after the last. */
    int to(int n) {
      return (int) ((long) n * (index + 1) / size);
    }

    /** Waits for the others, and sees all they wrote. */
    void meet() {
      if (size > 1) {
        team.meet(this);
      }
    }
  }

  private final class Helper extends Thread {
    private final Worker worker;
    private volatile boolean asleep;

    Helper(Worker worker) {
      super("gss4j-java-" + worker.index());
      this.worker = worker;
      setDaemon(true);
    }

    private void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      while (awaitJob(seen)) {
        seen++;
        attempt(work, worker);
        counters.incrementAndGet(FINISHED);
      }
    }

    /** Waits for the next job; false where the team is closed. */
    private boolean awaitJob(int seen) {
      for (int spins = 0; counters.get(JOB) == seen; spins++) {
        if (closed) {
          return false;
        }
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          asleep = true;
          if (counters.get(JOB) == seen && !closed) {
            LockSupport.park(this);
          }
          asleep = false;
        }
      }
      return true;
    }
  }
}
