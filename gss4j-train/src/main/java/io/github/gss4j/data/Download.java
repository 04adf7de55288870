package io.github.gss4j.data;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A file fetched over HTTP, straight to disk.
 *
 * @param from its address
 * @param maxBytes how large it may be
 * @param policy when to time out and retry
 */
public record Download(URI from, long maxBytes, Duration policy) {
  private static final long LOOK_MILLIS = 250;

  /**
   * Fetches.
   *
   * @throws IOException if the server cannot be reached, answers other than 200, sends too much or
   *     stalls
   */
  public void to(Path file) throws IOException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(policy)
            .build();
    CompletableFuture<HttpResponse<Path>> answer =
        client.sendAsync(
            HttpRequest.newBuilder(from).build(), HttpResponse.BodyHandlers.ofFile(file));
    try {
      int status = await(answer, file).statusCode();
      if (status != 200) {
        throw new IOException("the server answered " + status);
      }
    } finally {
      answer.cancel(true);
    }
  }

  private HttpResponse<Path> await(CompletableFuture<HttpResponse<Path>> answer, Path file)
      throws IOException {
    long seen = 0;
    long movedAt = System.nanoTime();
    while (true) {
      try {
        return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException stillRunning) {
        long size = Files.size(file);
        if (size > maxBytes) {
          throw new IOException("more than " + maxBytes + " bytes came", stillRunning);
        }
        if (size > seen) {
          seen = size;
          movedAt = System.nanoTime();
        } else if (System.nanoTime() - movedAt > policy.toNanos()) {
          throw new IOException(
              "nothing came for " + policy.toSeconds() + " s after " + seen + " bytes",
              stillRunning);
        }
      } catch (ExecutionException e) {
        throw new IOException(DataException.reason(e.getCause()), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
