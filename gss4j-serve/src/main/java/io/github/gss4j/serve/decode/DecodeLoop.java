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
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
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
  private final PromptQueue prompts;
  private final StateStore states;
  private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
  private final AtomicInteger open = new AtomicInteger();
  private final ExecutorService disk =
      Executors.newSingleThreadExecutor(work -> daemon(work, "gss4j-serve-disk"));
  private final Thread thread = daemon(this::run, "gss4j-serve-decode");

  /** The decode thread's own. */
  private final Deque<Job> waiting = new ArrayDeque<>();

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
    this.prompts = new PromptQueue(this, model, capacity, disk);
    this.states = new StateStore(model, stateSize, capacity, disk);
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
   * @throws QueueFullException if as many wait as may
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
      throw new QueueFullException(before);
    }
    commands.add(() -> waiting.addAll(jobs));
  }

  /** Ends jobs within a step or a slice, and calls nobody. */
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

  /** Has the decode thread do something between two steps. */
  void execute(Runnable command) {
    commands.add(command);
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
    cacheBytes = prompts.cacheBytes();
    stateBytes = states.bytes();
  }

  /** Nothing is known of what a failed step left: all jobs end, and a new batch begins. */
  private void startOver(Throwable e) {
    LOG.error("a step failed: all texts end", e);
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
    prompts.clear();
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
    boolean reads = prompts.readSlice();
    return writes || reads || changed;
  }

  private void dropFailed() {
    for (Job job : waiting) {
      if (job.failure() != null) {
        end(job, job.failure());
      }
    }
    waiting.removeIf(Job::ended);
    prompts.dropFailed();
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
        prompts.add(job);
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
