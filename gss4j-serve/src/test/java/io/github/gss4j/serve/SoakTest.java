package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.serve.http.Timing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients of all kinds at once, some of which leave, do not read or talk nonsense: no answer
 * is wrong, and nothing is left of them. {@code scripts/soak-serve.sh} runs it for long.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class SoakTest {
  private static final int CLIENTS = 8;
  private static final int REQUESTS = Integer.getInteger("soak.requests", 400);
  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("soak.seconds", 0));
  private static final long SEED = Long.getLong("soak.seed", 1);

  /** Files that the clients' Java keeps open for twenty minutes: both ends of each connection. */
  private static final int IDLE_CONNECTIONS = 2 * CLIENTS;

  /** States of clients that have left fill the quota in a long run, unless they expire. */
  private static final Duration STATE_LIFE = Duration.ofSeconds(20);

  /** Requests after which caches are full and all is compiled. */
  private static final int WARM = Math.min(REQUESTS / 2, 2000);

  @TempDir private Path directory;
  private Serving serving;

  /** What may be left of requests. */
  private record Left(long threads, long files, long temporary, long heap, long resident) {
    static Left now() throws IOException {
      System.gc();
      Runtime memory = Runtime.getRuntime();
      return new Left(
          ManagementFactory.getThreadMXBean().getThreadCount(),
          count(Path.of("/proc/self/fd"), ""),
          count(Path.of(System.getProperty("java.io.tmpdir")), "gss-state"),
          memory.totalMemory() - memory.freeMemory(),
          residentBytes());
    }

    private static long count(Path directory, String prefix) throws IOException {
      if (!Files.isDirectory(directory)) { // no /proc
        return 0;
      }
      try (Stream<Path> files = Files.list(directory)) {
        return files.filter(file -> file.getFileName().toString().startsWith(prefix)).count();
      }
    }

    private static long residentBytes() throws IOException {
      Path status = Path.of("/proc/self/status");
      return !Files.exists(status)
          ? 0
          : Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
              .sum();
    }
  }

  private void awaitQuiet() {
    Serving.await(
        () ->
            serving.metric("gss_requests_open") == 1 // the one that asks
                && serving.metric("gss_rows") == 0
                && serving.metric("gss_queue") == 0);
  }

  @Test
  void nothingIsLeftOfManyClientsAndNoAnswerIsWrong() throws Exception {
    ServerOptions options =
        Serving.options()
            .with(
                Serving.options()
                    .capacity()
                    .withRows(6, 64)
                    .withBytes(64 << 20, 1 << 20, 1 << 20)
                    .withStateLife(STATE_LIFE)
                    .withSlice(Duration.ofMillis(20)))
            .with(
                Timing.DEFAULT.withStall(Duration.ofMillis(300)).withBody(Duration.ofMillis(300)));
    serving = Serving.start(directory, options);
    try (Serving open = serving) {
      Soak soak = new Soak(open);
      AtomicInteger asked = new AtomicInteger();
      run(soak, asked, WARM, Duration.ZERO);
      awaitQuiet();
      Left warm = Left.now();
      run(soak, asked, REQUESTS, TIME);
      awaitQuiet();
      Serving.await(
          () ->
              left().threads <= warm.threads + 2 && left().files <= warm.files + IDLE_CONNECTIONS);
      Left end = left();
      int expired = soak.awaitExpiry();
      System.out.printf(
          "soak: seed %d, %,d requests; %s, then %s; %d states have expired at the end%n",
          SEED, asked.get(), warm, end, expired);
      assertThat(open.metric("gss_states_bytes")).isZero();
      assertThat(open.metric("gss_cache_bytes")).isLessThanOrEqualTo(1 << 20);
      assertThat(end.temporary).isLessThanOrEqualTo(warm.temporary);
      assertThat(end.heap).isLessThan(warm.heap + (16 << 20));
      if (!TIME.isZero()) { // in a short run Java's own memory still grows
        assertThat(end.resident).isLessThan(warm.resident + (128 << 20));
      }
    }
  }

  private static Left left() {
    try {
      return Left.now();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks until there were so many requests, and for so long. */
  private static void run(Soak soak, AtomicInteger asked, int most, Duration time)
      throws InterruptedException, ExecutionException {
    long end = System.nanoTime() + time.toNanos();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        all.add(
            clients.submit(
                () -> {
                  while (asked.get() < most || System.nanoTime() < end) {
                    soak.ask(new Random(SEED * 1_000_003 + asked.incrementAndGet()));
                  }
                }));
      }
      for (Future<?> client : all) {
        client.get();
      }
    } finally {
      clients.shutdownNow();
    }
  }
}
