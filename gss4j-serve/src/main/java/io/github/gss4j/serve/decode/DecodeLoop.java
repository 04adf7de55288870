package io.github.gss4j.serve.decode;

import io.github.gss4j.GssModel;
import io.github.gss4j.generation.DecodingBatch;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.DecodingRow;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Session;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that reads prompts and writes texts: it takes jobs in, gives each text one token,
 * then reads prompts for a slice of time, and again. Other threads hand it jobs and commands.
 */
public final class DecodeLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeLoop.class);
  private static final long EXPIRY_SECONDS = 30;

  private final GssModel model;
  private final Capacity capacity;
  private final Meters meters;
  private final StateSize stateSize;
  private final PrefixCache cache;
  private final Optional<PrefixDisk> cacheOnDisk;
  private final StateStore states;
  private final Pace pace = new Pace();
  private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
  private final AtomicInteger open = new AtomicInteger();
  private final ExecutorService disk =
      Executors.newSingleThreadExecutor(work -> daemon(work, "gss4j-serve-disk"));
  private final Thread thread = daemon(this::run, "gss4j-serve-decode");

  /** The decode thread's own. */
  private final Deque<Job> waiting = new ArrayDeque<>();

  private final Deque<Reading> reading = new ArrayDeque<>();

  /** Jobs that have begun, and the memory that each may need. */
  private final Map<Job, Long> begun = new HashMap<>();

  private DecodingBatch batch;

  /** Whether this turn has left something to do for the next. */
  private boolean changed;

  private volatile boolean closing;
  private volatile int rowsInUse;
  private volatile int rowsWaiting;
  private volatile long cacheBytes;
  private volatile long stateBytes;

  /** A loop that has begun. */
  public DecodeLoop(GssModel model, Capacity capacity, Meters meters) {
    this.model = model;
    this.capacity = capacity;
    this.meters = meters;
    this.stateSize = new StateSize(model.model());
    this.cache = new PrefixCache(capacity.cacheBytes());
    this.cacheOnDisk =
        capacity
            .directory()
            .map(
                d -> new PrefixDisk(model, d.resolve("prefixes"), capacity.directoryBytes(), disk));
    this.states = new StateStore(model, capacity, disk);
    this.batch = model.batch(1);
    thread.start();
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** How many texts are read and written. */
  public int rowsInUse() {
    return rowsInUse;
  }

  /** How many wait. */
  public int rowsWaiting() {
    return rowsWaiting;
  }

  /** How much memory prompts take that were read before. */
  public long cacheBytes() {
    return cacheBytes;
  }

  /** How much memory states take that clients keep. */
  public long stateBytes() {
    return stateBytes;
  }

  /** How many rows a job can have. */
  public int mostRows() {
    return capacity.rows();
  }

  /** How much memory kept states may take. */
  public long mostStateBytes() {
    return capacity.stateBytes();
  }

  /**
   * Takes jobs in, all or none.
   *
   * @throws BusyException if as many wait as may
   * @throws IllegalArgumentException if one has more texts than there are rows
   */
  public void submit(List<? extends Job> jobs) {
    int rows = 0;
    for (Job job : jobs) {
      if (job.width() > capacity.rows()) {
        throw new IllegalArgumentException(
            job.width() + " texts continue from one prompt, expected at most " + capacity.rows());
      }
      rows += job.width();
    }
    int more = rows;
    int before = open.getAndUpdate(n -> n < capacity.rows() + capacity.queue() ? n + more : n);
    if (before >= capacity.rows() + capacity.queue()) {
      throw new BusyException(before);
    }
    commands.add(() -> waiting.addAll(jobs));
  }

  /** Ends jobs within a step or a slice; nobody hears of it. */
  public void cancel(List<? extends Job> jobs) {
    jobs.forEach(Job::cancel);
    wake();
  }

  /** Whether the thread lives: where it does not, nothing is ever answered again. */
  public boolean isAlive() {
    return thread.isAlive();
  }

  /** Lets the thread look at jobs that were cancelled or resumed. */
  public void wake() {
    commands.add(() -> {});
  }

  /** Does something on the decode thread, between two steps. */
  public <T> CompletableFuture<T> call(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    commands.add(
        () -> {
          try {
            result.complete(work.get());
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** A session of its own that continues from a kept state. */
  public CompletionStage<Session> fork(String id) {
    Supplier<CompletionStage<Session>> fork = () -> states.fork(id, commands::add);
    return call(fork).thenCompose(session -> session);
  }

  /** States that clients keep; on the decode thread only. */
  public StateStore states() {
    return states;
  }

  Meters meters() {
    return meters;
  }

  /** Adds a row that has read its prompt. */
  DecodingRow join(
      Session session, GenerationOptions options, int[] prompt, DecodingListener listener) {
    session.read();
    DecodingRow row = batch.join(session, new int[0], options, listener);
    row.note(prompt);
    return row;
  }

  /** A job has ended. */
  void end(Job job, RuntimeException error) {
    if (!job.ended()) {
      job.end(error);
      changed = true;
      begun.remove(job);
      open.addAndGet(-job.width());
    }
  }

  private void run() {
    long nextExpiry = System.nanoTime() + TimeUnit.SECONDS.toNanos(EXPIRY_SECONDS);
    while (!closing) {
      boolean busy = false;
      try {
        busy = turn();
      } catch (RuntimeException | OutOfMemoryError e) {
        startOver(e);
      }
      note();
      if (System.nanoTime() > nextExpiry) {
        states.expire(Instant.now());
        nextExpiry = System.nanoTime() + TimeUnit.SECONDS.toNanos(EXPIRY_SECONDS);
      }
      runCommands(busy);
    }
    for (Runnable left = commands.poll(); left != null; left = commands.poll()) {
      left.run();
    }
    endAll(new IllegalStateException("the server is closed"));
    batch.close();
    cache.clear();
    states.close();
    note();
  }

  private void runCommands(boolean busy) {
    try {
      Runnable next = busy ? commands.poll() : commands.poll(EXPIRY_SECONDS, TimeUnit.SECONDS);
      while (next != null) {
        next.run();
        next = commands.poll();
      }
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  private void note() {
    rowsInUse = begun.keySet().stream().mapToInt(Job::width).sum();
    rowsWaiting = waiting.stream().mapToInt(Job::width).sum();
    cacheBytes = cache.bytes();
    stateBytes = states.bytes();
  }

  /** Nothing is known of what a failed step left: all jobs end, and a new batch begins. */
  private void startOver(Throwable e) {
    LOG.error("a step failed: all texts end", e);
    cache.clear();
    endAll(new IllegalStateException("a step failed: " + e.getMessage(), e));
    try {
      batch.close();
    } catch (RuntimeException again) {
      LOG.error("the batch cannot be closed", again);
    }
    batch = model.batch(1);
  }

  private void endAll(RuntimeException error) {
    List<Job> all = new ArrayList<>(begun.keySet());
    all.addAll(waiting);
    waiting.clear();
    reading.forEach(Reading::close);
    reading.clear();
    for (Job job : all) {
      job.fail(error);
      end(job, job.failure());
    }
  }

  /** One turn; gives whether there is more to do. */
  private boolean turn() {
    changed = false;
    dropFailed();
    admit();
    boolean writes = batch.step();
    boolean reads = readSlice();
    return writes || reads || changed;
  }

  private void dropFailed() {
    dropFailed(waiting);
    for (Reading one : reading) {
      if (one.job().failure() != null) {
        one.close();
        end(one.job(), one.job().failure());
      }
    }
    reading.removeIf(one -> one.job().ended());
  }

  private void dropFailed(Collection<Job> jobs) {
    for (Job job : jobs) {
      if (job.failure() != null) {
        end(job, job.failure());
      }
    }
    jobs.removeIf(Job::ended);
  }

  private void admit() {
    while (!waiting.isEmpty()) {
      Job job = waiting.peek();
      try {
        long bytes = bytes(job);
        int rows = begun.keySet().stream().mapToInt(Job::width).sum();
        long inUse = begun.values().stream().mapToLong(b -> b).sum();
        if (rows + job.width() > capacity.rows() || inUse + bytes > capacity.rowBytes()) {
          return;
        }
        waiting.remove();
        begun.put(job, bytes);
        reading.add(new Reading(job, job.mayReuse() ? cache.shared(job.prompt()) : 0));
      } catch (RuntimeException e) {
        waiting.remove();
        job.fail(e);
        end(job, e);
      }
    }
  }

  private long bytes(Job job) {
    long before = job.from().map(id -> states.get(id).tokens()).orElse(0L);
    long bytes = job.width() * stateSize.of(before + job.mostTokens());
    if (bytes > capacity.rowBytes()) {
      throw new IllegalArgumentException(
          "the texts may need %d bytes of states, expected at most --row-bytes = %d"
              .formatted(bytes, capacity.rowBytes()));
    }
    return bytes;
  }

  /** Reads prompts until the time is over; gives whether there was any that could be read. */
  private boolean readSlice() {
    long begin = System.nanoTime();
    long end = begin + capacity.slice().toNanos();
    for (long now = begin; now < end; now = System.nanoTime()) {
      Reading one = nextReady();
      if (one == null) {
        return now > begin;
      }
      try {
        read(one, end - now);
      } catch (RuntimeException e) {
        drop(one, e);
      }
      if (!one.job().ended() && one.session() != null) {
        reading.add(one); // behind the others: prompts take turns
      }
      if (end - System.nanoTime() < capacity.slice().toNanos() / 3) {
        break; // what is left is too short to read many tokens at once
      }
    }
    return true;
  }

  private void drop(Reading one, RuntimeException error) {
    one.job().fail(error);
    one.close();
    end(one.job(), error);
  }

  private Reading nextReady() {
    for (int i = reading.size(); i > 0; i--) {
      Reading one = reading.remove();
      try {
        if (isReady(one)) {
          return one;
        }
        reading.add(one);
      } catch (CompletionException e) {
        if (one.job().from().isEmpty()) {
          LOG.warn("a cached prompt cannot be used: {}", e.getCause().getMessage());
          one.startAgain();
          changed = true;
          reading.add(one);
        } else {
          drop(one, e.getCause() instanceof RuntimeException cause ? cause : e);
        }
      } catch (RuntimeException e) {
        drop(one, e);
      }
    }
    return null;
  }

  private boolean isReady(Reading one) {
    if (one.job().failure() != null) {
      return false; // dropped in the next turn
    }
    if (!one.hasSource() && !one.follows() && !findLeader(one)) {
      findSource(one);
    }
    return one.isReady();
  }

  /** Whether somebody is about to read more of a prompt's beginning than is known so far. */
  private boolean findLeader(Reading one) {
    if (!one.job().mayReuse() || capacity.cacheBytes() == 0) {
      return false;
    }
    int known = cache.longest(one.prompt()).map(PrefixCache.Entry::length).orElse(0);
    for (Reading other : reading) {
      if (other != one && other.hasSource() && other.job().mayReuse()) {
        int common =
            Prefixes.common(
                one.prompt(), one.prompt().length, other.prompt(), other.prompt().length);
        int kept =
            common == other.prompt().length ? common : common / Prefixes.EVERY * Prefixes.EVERY;
        if (kept > Math.max(known, other.at())) {
          one.follow(other, kept);
          return true;
        }
      }
    }
    return false;
  }

  private void findSource(Reading one) {
    Job job = one.job();
    if (job.from().isPresent()) {
      one.goOnFrom(states.fork(job.from().get(), commands::add), 0);
      return;
    }
    if (job.mayReuse()) {
      Optional<PrefixCache.Entry> known = cache.longest(job.prompt());
      int length = known.map(PrefixCache.Entry::length).orElse(0);
      Optional<PrefixDisk.Found> file = cacheOnDisk.flatMap(d -> d.longest(job.prompt(), length));
      if (file.isPresent()) {
        one.goOnFrom(fromDisk(file.get()), file.get().length());
        return;
      } else if (known.isPresent()) {
        one.goOnFrom(CompletableFuture.completedFuture(known.get().fork()), length);
        return;
      }
    }
    one.goOnFrom(CompletableFuture.completedFuture(model.session()), 0);
  }

  private CompletableFuture<Session> fromDisk(PrefixDisk.Found file) {
    CompletableFuture<Session> session =
        CompletableFuture.supplyAsync(() -> cacheOnDisk.orElseThrow().load(file), disk);
    CompletionStage<Session> there = session;
    there.whenComplete((loaded, error) -> wake());
    return session;
  }

  private void read(Reading one, long nanos) {
    if (one.at() < one.prompt().length) {
      long begin = System.nanoTime();
      int tokens = one.readSome(pace.tokens(nanos));
      pace.note(tokens, System.nanoTime() - begin);
      meters.read(tokens);
    }
    boolean whole = one.at() == one.prompt().length;
    if (one.job().mayReuse() && one.isWorthKeeping()) {
      keep(one);
    }
    if (whole) {
      meters.prompt(one.prompt().length, one.cachedTokens());
      one.job().begin(one.take(), one.cachedTokens(), this);
    }
  }

  private void keep(Reading one) {
    int length = one.at();
    if (capacity.cacheBytes() > 0 && !cache.has(one.prompt(), length)) {
      cache.put(one.prompt(), length, one.session().fork());
    }
    if (cacheOnDisk.isPresent() && length > one.cachedTokens() && cacheOnDisk.get().hasTime()) {
      cacheOnDisk.get().put(one.prompt(), length, one.session().fork());
    }
  }

  /** Ends all jobs with an error that their listeners hear. */
  public void endAllJobs(RuntimeException error) {
    commands.add(
        () -> {
          begun.keySet().forEach(job -> job.fail(error));
          waiting.forEach(job -> job.fail(error));
        });
  }

  /** Ends all jobs and frees all states. */
  @Override
  public void close() {
    closing = true;
    wake();
    try {
      thread.join();
      disk.shutdown();
      if (!disk.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("states are still being written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
