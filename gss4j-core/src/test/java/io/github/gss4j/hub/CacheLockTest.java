package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheLockTest {
  @TempDir Path folder;

  @Test
  void lockOfAnotherProcessIsWaitedFor() throws IOException, InterruptedException {
    Path file = folder.resolve("locks/a.lock");
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('h'); // it holds the lock
      AtomicInteger looks = new AtomicInteger();
      RetryPolicy policy =
          new RetryPolicy(
              Duration.ZERO,
              Duration.ZERO,
              1,
              time -> {
                if (looks.incrementAndGet() == 3) {
                  holder.destroyForcibly().waitFor();
                }
              });

      CacheLock.take(file, policy).close();

      assertThat(looks).hasValue(3);
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void twoThreadsFetchAFileOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (FakeHub server = new FakeHub().withLarge("model.pt", FakeRepository.bytes(2 << 20))) {
      RetryPolicy real =
          new RetryPolicy(Duration.ofSeconds(20), Duration.ofSeconds(20), 1, t -> Thread.sleep(5));
      Callable<Path> pull =
          () ->
              new Hub(server.settings(folder), real)
                  .pull(ADDRESS, DownloadListener.none())
                  .weights()
                  .get(0);

      for (Future<Path> done : threads.invokeAll(List.of(pull, pull, pull, pull))) {
        assertThat(Files.readAllBytes(done.get())).isEqualTo(FakeRepository.bytes(2 << 20));
      }

      assertThat(server.seen("store", "GET", "model.pt")).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }
}
