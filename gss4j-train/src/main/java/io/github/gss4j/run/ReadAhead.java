package io.github.gss4j.run;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Makes what is wanted next while something else is computed.
 *
 * @param <T> what is made; by its key alone, whether ahead or not
 */
final class ReadAhead<T> implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "read-ahead");
            made.setDaemon(true);
            return made;
          });

  private String key = "";
  private Future<T> next;

  /** Begins to make what will be asked for by that key. */
  void begin(String newKey, Supplier<T> make) {
    key = newKey;
    next = thread.submit(make::get);
  }

  /** The value of a key: made ahead, or now. */
  T get(String wanted, Supplier<T> make) {
    if (!wanted.equals(key)) {
      return make.get();
    }
    try {
      return next.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return make.get();
    } catch (ExecutionException e) {
      return make.get(); // fails as it failed ahead
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
