package io.github.gss4j.data;

import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Work done by several threads, with results in the order of submission. Not thread-safe itself.
 */
public final class OrderedExecutor<T> implements AutoCloseable {
  private final ExecutorService threads;
  private final int ahead;
  private final ArrayDeque<Future<T>> pending = new ArrayDeque<>();

  /**
   * Begins with nothing to do.
   *
   * @param threads who work; they stay open
   * @param ahead how much work is given before a result is waited for
   */
  public OrderedExecutor(ExecutorService threads, int ahead) {
    this.threads = threads;
    this.ahead = ahead;
  }

  /** Whether no more work should be given before a result is taken. */
  public boolean isFull() {
    return pending.size() >= ahead;
  }

  /** Whether all results were taken. */
  public boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Gives work. */
  public void add(Callable<T> work) {
    pending.add(threads.submit(work));
  }

  /** Waits for the next result; what the work threw is thrown. */
  public T take() {
    try {
      return pending.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted");
      cancelled.initCause(e);
      throw cancelled;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException problem) {
        throw problem;
      } else if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new DataException(DataException.reason(e.getCause()), e.getCause());
    }
  }

  /** Cancels what was not taken. */
  @Override
  public void close() {
    pending.forEach(work -> work.cancel(true));
    pending.clear();
  }
}
