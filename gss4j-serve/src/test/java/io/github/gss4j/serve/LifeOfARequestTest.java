package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.serve.decode.Capacity;
import io.github.gss4j.serve.http.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leaving, waiting, not reading, ending: wherever a request is, its row is free at once. */
@Timeout(120)
class LifeOfARequestTest {
  private static final String ENDLESS =
      "{\"prompt\":\"x\",\"max_tokens\":1000000,\"ignore_eos\":true,\"stream\":%s}";

  @TempDir private Path directory;

  private Serving start(int rows, int queue, Timing timing) {
    Capacity capacity =
        Serving.options().capacity().withRows(rows, queue).withSlice(Duration.ofMillis(20));
    return Serving.start(directory, Serving.options().with(capacity).with(timing));
  }

  private static String endless(boolean stream) {
    return ENDLESS.formatted(stream);
  }

  private static <T> CompletableFuture<T> async(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, task -> new Thread(task).start());
  }

  private static void awaitRows(Serving serving, int rows, int waiting) {
    Serving.await(
        () -> serving.metric("gss_rows") == rows && serving.metric("gss_queue") == waiting);
  }

  @Test
  void whoLeavesWhileWritingOrQueuedFreesTheRow() throws IOException {
    try (Serving serving = start(1, 8, Timing.DEFAULT)) {
      RawClient writing = new RawClient(serving.server.url());
      writing.post("/v1/completions", endless(true)).readTo("data: ");
      RawClient queuedStream = new RawClient(serving.server.url());
      queuedStream.post("/v1/completions", endless(true));
      RawClient queuedWhole = new RawClient(serving.server.url());
      queuedWhole.post("/v1/completions", endless(false));
      awaitRows(serving, 1, 2);
      queuedStream.close();
      awaitRows(serving, 1, 1);
      writing.close();
      awaitRows(serving, 1, 0); // the one that is not streamed
      queuedWhole.close();
      awaitRows(serving, 0, 0);
      assertThat(serving.complete("{\"prompt\":\"x\",\"max_tokens\":3}").status()).isEqualTo(200);
      assertThat(
              serving.metric("gss_requests_total{outcome=\"cancelled\",route=\"/v1/completions\"}"))
          .isEqualTo(3);
    }
  }

  @Test
  void whoLeavesWhileItsPromptIsReadFreesTheRow() throws IOException {
    try (Serving serving = start(1, 8, Timing.DEFAULT)) {
      String prompt = "x".repeat(2_000_000);
      RawClient reading = new RawClient(serving.server.url());
      reading.post("/v1/completions", "{\"prompt\":\"" + prompt + "\",\"max_tokens\":1}");
      Serving.await(() -> serving.metric("gss_tokens_read_total") > 1000);
      reading.close();
      awaitRows(serving, 0, 0);
      assertThat(serving.metric("gss_tokens_read_total")).isLessThan(prompt.length());
      RawClient embedding = new RawClient(serving.server.url());
      embedding.post("/v1/embeddings", "{\"input\":\"" + prompt + "\"}");
      awaitRows(serving, 1, 0);
      embedding.close();
      awaitRows(serving, 0, 0);
    }
  }

  @Test
  void whoLeavesBeforeTheAnswerLeavesNoState() throws IOException {
    try (Serving serving = start(2, 8, Timing.DEFAULT)) {
      RawClient client = new RawClient(serving.server.url());
      client.post(
          "/v1/completions",
          "{\"prompt\":[\"x\",\"%s\"],\"max_tokens\":1,\"return_state\":true}"
              .formatted("x".repeat(2_000_000)));
      Serving.await(() -> serving.metric("gss_states_bytes") > 0); // the first text's
      client.close();
      Serving.await(() -> serving.metric("gss_states_bytes") == 0);
      awaitRows(serving, 0, 0);
    }
  }

  @Test
  void othersDoNotNoticeWhoLeaves() throws IOException {
    try (Serving serving = start(4, 8, Timing.DEFAULT)) {
      String body = "{\"prompt\":\"others\",\"max_tokens\":400,\"temperature\":0}";
      String alone = serving.complete(body).text();
      CompletableFuture<Serving.Answer> other = async(() -> serving.complete(body));
      for (int i = 0; i < 20; i++) {
        RawClient client = new RawClient(serving.server.url());
        client.post("/v1/completions", endless(i % 2 == 0));
        if (i % 2 == 0) {
          client.readTo("data: ");
        }
        client.close();
      }
      assertThat(other.join().text()).isEqualTo(alone);
      awaitRows(serving, 0, 0);
    }
  }

  @Test
  void moreThanMayWaitAreToldToComeBack() throws IOException {
    try (Serving serving = start(1, 1, Timing.DEFAULT);
        RawClient writing = new RawClient(serving.server.url());
        RawClient queued = new RawClient(serving.server.url())) {
      writing.post("/v1/completions", endless(true)).readTo("data: ");
      queued.post("/v1/completions", endless(true));
      awaitRows(serving, 1, 1);
      Serving.Answer busy = serving.complete("{\"prompt\":\"x\",\"stream\":true}");
      assertThat(busy.status()).isEqualTo(429);
      assertThat(busy.response().headers().firstValue("Retry-After")).contains("1");
      assertThat(busy.json().path("error").path("code").asText()).isEqualTo("busy");
      assertThat(serving.complete("{\"prompt\":\"x\",\"n\":2}").status()).isEqualTo(400);
    }
  }

  @Test
  void aClientThatDoesNotReadPausesItsRowAndIsCutOff() throws IOException {
    Timing timing = Timing.DEFAULT.withStall(Duration.ofSeconds(1));
    try (Serving serving = start(4, 4, timing);
        RawClient stuck = new RawClient(serving.server.url())) {
      stuck.post("/v1/completions", endless(true)).readTo("data: ");
      Serving.await(() -> serving.metric("gss_rows") == 0);
      double written = serving.metric("gss_tokens_written_total");
      assertThat(written).isLessThan(1_000_000);
      assertThat(serving.complete("{\"prompt\":\"x\",\"max_tokens\":3}").status()).isEqualTo(200);
    }
  }

  @Test
  void aSilentStreamShowsSignsOfLife() throws IOException {
    Timing timing = Timing.DEFAULT.withPing(Duration.ofMillis(50));
    try (Serving serving = start(1, 4, timing);
        RawClient writing = new RawClient(serving.server.url());
        RawClient queued = new RawClient(serving.server.url())) {
      writing.post("/v1/completions", endless(true)).readTo("data: ");
      queued.post("/v1/completions", endless(true)).readTo(": ping\n\n");
    }
  }

  @Test
  void aRequestThatTakesTooLongEnds() {
    Timing timing = Timing.DEFAULT.withRequest(Duration.ofMillis(300));
    try (Serving serving = start(1, 4, timing)) {
      Serving.Answer whole = serving.complete(endless(false));
      assertThat(whole.status()).isEqualTo(408);
      assertThat(whole.error()).contains("--request-timeout");
      List<JsonNode> events = serving.complete(endless(true)).events();
      assertThat(events.get(events.size() - 1).path("error").path("code").asText())
          .isEqualTo("timeout");
      awaitRows(serving, 0, 0);
    }
  }

  @Test
  void aBodyThatDoesNotComeIsNotWaitedFor() throws IOException {
    Timing timing = Timing.DEFAULT.withBody(Duration.ofMillis(200));
    try (Serving serving = start(1, 4, timing);
        RawClient slow = new RawClient(serving.server.url())) {
      slow.send("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
      assertThat(slow.readTo("timeout")).contains("408");
    }
  }

  @Test
  void openStreamsEndProperlyWhenTheServerDoes() throws Exception {
    Timing timing = Timing.DEFAULT.withDrain(Duration.ofMillis(300));
    try (Serving serving = start(2, 4, timing);
        RawClient stream = new RawClient(serving.server.url())) {
      stream.post("/v1/completions", endless(true)).readTo("data: ");
      CompletableFuture<Serving.Answer> whole = async(() -> serving.complete(endless(false)));
      CompletableFuture<Serving.Answer> queued = async(() -> serving.complete(endless(false)));
      awaitRows(serving, 2, 1);
      CompletableFuture<Boolean> drained =
          async(
              () -> {
                try {
                  serving.server.drain();
                  return true;
                } catch (InterruptedException e) {
                  return false;
                }
              });
      Serving.await(() -> serving.get("/ready").status() == 503);
      assertThat(serving.get("/health").status()).isEqualTo(200);
      Serving.Answer late = serving.complete("{\"prompt\":\"x\"}");
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.response().headers().firstValue("Retry-After")).isPresent();
      assertThat(stream.readTo("data: [DONE]\n\n")).contains("\"code\":\"shutdown\"");
      assertThat(whole.join().status()).isEqualTo(503);
      assertThat(queued.join().status()).isEqualTo(503);
      assertThat(drained.join()).isTrue();
    }
  }

  @Test
  void nothingIsServedBeforeTheModelIsThere() {
    try (GssServer server = GssServer.listen(Serving.options());
        RawClient client = new RawClient(server.url())) {
      client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.readTo("}}")).contains("503").contains("the model is being loaded");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTextThatNeedsMoreMemoryThanThereIsIsRefused() {
    Capacity capacity = Serving.options().capacity().withBytes(2000, 1 << 20, 1 << 20);
    try (Serving serving = Serving.start(directory, Serving.options().with(capacity))) {
      Serving.Answer answer = serving.complete("{\"prompt\":\"x\",\"max_tokens\":3}");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).contains("--row-bytes = 2000");
    }
  }
}
