package io.github.gss4j.distributed;

import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Scopes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * A few texts by name that all ranks see: c10d's TCPStore, never waited for longer than a limit.
 *
 * <p>Each has a connection and a thread of its own, as a call into a store whose machine is gone
 * does not return.
 */
final class KeyValueStore implements AutoCloseable {
  private final Rendezvous at;
  private final Duration limit;
  private final TCPStore store;
  private final ExecutorService thread;
  private volatile boolean disconnected;

  private KeyValueStore(Rendezvous at, boolean server, Duration limit) {
    this.at = at;
    this.limit = limit;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread worker = new Thread(task, "gss4j-store");
              worker.setDaemon(true);
              return worker;
            });
    this.store = connect(at, server);
  }

  /** The store itself, at the first rank. */
  static KeyValueStore server(Rendezvous at) {
    return new KeyValueStore(at, true, at.timeout());
  }

  /**
   * A connection to it.
   *
   * @param limit how long a call may take
   */
  static KeyValueStore client(Rendezvous at, Duration limit) {
    return new KeyValueStore(at, false, limit);
  }

  /**
   * A connection that lives as long as the process: the binding counts the owners of a store
   * wrongly, so that freeing one corrupts memory.
   */
  static TCPStore connect(Rendezvous at, boolean server) {
    TCPStore store = Scopes.kept(() -> open(at, server));
    store.deallocate(false);
    return store;
  }

  private static TCPStore open(Rendezvous at, boolean server) {
    Native.load();
    TCPStoreOptions options = new TCPStoreOptions();
    options.port((short) at.port()).isServer(server).waitWorkers(false);
    options.timeout(new Milliseconds(at.timeout().toMillis()));
    try {
      return new TCPStore(at.address(), options);
    } catch (RuntimeException e) {
      String what =
          server
              ? "rank 0 cannot open the store at "
              : "rank " + at.rank() + " cannot reach rank 0's store at ";
      String reason = Native.reason(e).lines().findFirst().orElse("");
      throw new RankException(what + at.store() + ": " + reason, e);
    }
  }

  /** The port that is listened at. */
  int port() {
    return store.getPort() & 0xffff;
  }

  void put(String key, String text) {
    ask(
        s -> {
          s.set(key, text);
          return true;
        });
  }

  /** Puts a text where there is none, and gives what is there now. */
  String putFirst(String key, String text) {
    return ask(s -> s.compareSet(key, "", text));
  }

  Optional<String> get(String key) {
    return ask(
        s -> s.check(new StringVector(key)) ? Optional.of(s.get_to_str(key)) : Optional.empty());
  }

  private <T> T ask(Function<TCPStore, T> question) {
    if (disconnected) {
      throw gone(null);
    }
    try {
      return thread
          .submit(
              () -> {
                try (PointerScope scope = new PointerScope()) {
                  return question.apply(store);
                }
              })
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      disconnected = true;
      throw gone(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RankException("interrupted while asking the store at " + at.store(), e);
    }
  }

  private RankException gone(Exception cause) {
    return new RankException(
        "rank 0 is gone: its store at "
            + at.store()
            + " does not answer; its process has ended, or the link to it is cut",
        cause);
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
