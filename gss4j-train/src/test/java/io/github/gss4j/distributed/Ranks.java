package io.github.gss4j.distributed;

import io.github.gss4j.ops.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Several ranks as threads of one process, that meet over loopback. */
public final class Ranks {
  private Ranks() {}

  /** What one rank does. */
  @FunctionalInterface
  public interface Work<T> {
    /** Runs the work. */
    T on(ProcessGroup group) throws Exception;
  }

  static Rendezvous at(int port, int rank, int worldSize, Duration timeout) {
    return new Rendezvous("127.0.0.1", port, rank, worldSize, rank, rank == 0, "", timeout);
  }

  /** Runs ranks to their ends, and gives what came of each; what one throws is thrown. */
  public static <T> List<T> run(int worldSize, Duration timeout, Work<T> work) throws Exception {
    List<Callable<T>> calls = new ArrayList<>();
    C10d.OpenStore open = C10d.open(at(0, 0, worldSize, timeout));
    CountDownLatch met = new CountDownLatch(worldSize);
    for (int r = 0; r < worldSize; r++) {
      int rank = r;
      calls.add(
          () -> {
            Rendezvous own = at(open.at().port(), rank, worldSize, timeout);
            try (C10d group =
                rank == 0
                    ? C10d.join(open, Tensors.device("cpu"))
                    : C10d.join(own, Tensors.device("cpu"))) {
              met.countDown();
              return work.on(group);
            }
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(worldSize);
    try {
      List<Future<T>> futures =
          StandardOutput.silenced(
              () -> {
                List<Future<T>> started = calls.stream().map(threads::submit).toList();
                awaitAll(met, timeout);
                return started;
              });
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(get(future));
      }
      return results;
    } finally {
      threads.shutdown();
    }
  }

  private static void awaitAll(CountDownLatch met, Duration timeout) {
    try {
      boolean all = met.await(timeout.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
      if (!all) {
        throw new IllegalStateException("the ranks did not meet");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** As many as that, from 0. */
  public static List<Integer> upTo(int worldSize) {
    return IntStream.range(0, worldSize).boxed().toList();
  }
}
