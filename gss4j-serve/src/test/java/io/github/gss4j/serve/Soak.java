package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests of all kinds, one at a time; what it is told must be what it was told when it was alone.
 */
final class Soak {
  private static final int PROMPTS = 12;
  private static final String ENDLESS =
      "{\"prompt\":\"x\",\"max_tokens\":1000000,\"ignore_eos\":true,\"stream\":%s}";
  private static final String LONG = "a text that many begin with ".repeat(60);

  private static final List<String> BAD =
      List.of(
          "",
          "{",
          "[1]",
          "{\"prompt\":7}",
          "{\"prompt\":\"x\",\"temperature\":-1}",
          "{\"prompt\":\"x\",\"stop\":[\"\"]}",
          "{\"prompt\":\"x\",\"state\":\"none\"}",
          "{\"prompt\":[300]}",
          "{\"prompt\":\"x\",\"zzz\":1}",
          "\u0000\uFFFF");

  private interface Kind {
    void ask(Random random) throws IOException;
  }

  private final Serving serving;
  private final List<String> bodies = new ArrayList<>();
  private final List<Serving.Answer> alone = new ArrayList<>();
  private final String vectors;
  private final List<Kind> kinds =
      List.of(
          this::whole,
          this::whole,
          this::streamed,
          this::streamed,
          this::slowly,
          this::leavesWhileItWrites,
          this::leavesAtOnce,
          this::leavesBeforeItsBodyIsSent,
          this::doesNotRead,
          this::cancels,
          this::bad,
          this::embeds,
          this::keepsAState,
          this::movesAState);

  /** Asks each question once, alone. */
  Soak(Serving serving) {
    this.serving = serving;
    for (int i = 0; i < PROMPTS; i++) {
      String options =
          List.of(
                  "\"temperature\":0",
                  "\"seed\":%d,\"n\":3".formatted(i),
                  "\"temperature\":0,\"echo\":true,\"logprobs\":2",
                  "\"seed\":%d,\"stop\":[\"e\",\"🙂\"],\"repetition_penalty\":1.2".formatted(i))
              .get(i % 4);
      String prompt = (i % 3 == 0 ? LONG : "") + "prompt " + i;
      bodies.add(
          "{\"prompt\":\"%s\",\"max_tokens\":%d,%s".formatted(prompt, 1 + i * 13 % 60, options));
      alone.add(serving.complete(bodies.get(i) + "}"));
      assertThat(alone.get(i).status()).isEqualTo(200);
    }
    vectors = embeddings();
  }

  /** One request of some kind. */
  void ask(Random random) {
    try {
      kinds.get(random.nextInt(kinds.size())).ask(random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void whole(Random random) {
    int i = random.nextInt(PROMPTS);
    Serving.Answer answer = serving.complete(bodies.get(i) + "}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().path("choices")).isEqualTo(alone.get(i).json().path("choices"));
  }

  private void streamed(Random random) {
    int i = random.nextInt(PROMPTS);
    Serving.Answer answer = serving.complete(bodies.get(i) + ",\"stream\":true}");
    checkStream(i, answer.body());
  }

  /** The choices' texts, whole, and a proper end. */
  private void checkStream(int i, String body) {
    assertThat(body).endsWith("data: [DONE]\n\n");
    var choices = alone.get(i).json().path("choices");
    for (int choice = 0; choice < choices.size(); choice++) {
      StringBuilder text = new StringBuilder();
      String reason = null;
      for (var event : new Serving.Answer(200, body, null).events()) {
        var piece = event.path("choices").path(0);
        if (piece.path("index").asInt() == choice) {
          text.append(piece.path("text").asText());
          reason = piece.path("finish_reason").asText(reason);
        }
      }
      assertThat(text.toString()).isEqualTo(choices.path(choice).path("text").asText());
      assertThat(reason).isEqualTo(choices.path(choice).path("finish_reason").asText());
    }
  }

  private RawClient raw() throws IOException {
    return new RawClient(serving.server.url());
  }

  private void slowly(Random random) throws IOException {
    int i = random.nextInt(PROMPTS);
    try (RawClient client = raw()) {
      client.post("/v1/completions", bodies.get(i) + ",\"stream\":true}");
      String head = client.readTo("\r\n\r\n");
      assertThat(head).startsWith("HTTP/1.1 200");
      StringBuilder events = new StringBuilder();
      while (events.indexOf("data: [DONE]") < 0) {
        events.append(client.readTo("\n\n"));
        sleep(random.nextInt(4));
      }
    }
  }

  private void leavesWhileItWrites(Random random) throws IOException {
    try (RawClient client = raw()) {
      client.post("/v1/completions", ENDLESS.formatted(true));
      for (int events = 1 + random.nextInt(10); events > 0; events--) {
        client.readTo("\n\n");
      }
    }
  }

  private void leavesAtOnce(Random random) throws IOException {
    try (RawClient client = raw()) {
      client.post(
          random.nextBoolean() ? "/v1/completions" : "/v1/states",
          random.nextBoolean()
              ? ENDLESS.formatted(random.nextBoolean())
              : "{\"prompt\":\"%s\"}".formatted(LONG + random.nextInt()));
      sleep(random.nextInt(10));
    }
  }

  private void leavesBeforeItsBodyIsSent(Random random) throws IOException {
    try (RawClient client = raw()) {
      client.send(
          "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{");
      sleep(random.nextInt(10));
    }
  }

  /** Until the server cuts it off. */
  private void doesNotRead(Random random) throws IOException {
    try (RawClient client = raw()) {
      client.post("/v1/completions", ENDLESS.formatted(true));
      sleep(random.nextInt(600));
    }
  }

  private void cancels(Random random) {
    CompletableFuture<HttpResponse<String>> answer =
        serving.client.sendAsync(
            serving
                .request("/v1/completions")
                .POST(HttpRequest.BodyPublishers.ofString(ENDLESS.formatted(random.nextBoolean())))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    try {
      answer.get(1 + random.nextInt(20), TimeUnit.MILLISECONDS);
      throw new AssertionError("an endless text has ended");
    } catch (TimeoutException e) {
      answer.cancel(true);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void bad(Random random) {
    Serving.Answer answer = serving.complete(BAD.get(random.nextInt(BAD.size())));
    assertThat(answer.status()).as(answer.body()).isBetween(400, 499);
    assertThat(answer.error()).isNotEmpty();
  }

  private String embeddings() {
    return serving
        .post("/v1/embeddings", "{\"input\":[\"one\",\"two\",\"%s\"]}".formatted(LONG))
        .json()
        .path("data")
        .toString();
  }

  private void embeds(Random random) {
    assertThat(embeddings()).isEqualTo(vectors);
  }

  private String newState(String prompt) {
    Serving.Answer answer = serving.post("/v1/states", "{\"prompt\":\"%s\"}".formatted(prompt));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json().path("id").asText();
  }

  private void delete(String id) {
    assertThat(serving.send(serving.request("/v1/states/" + id).DELETE()).status()).isEqualTo(200);
  }

  /** What continues from a state is what continues from its text. */
  private void keepsAState(Random random) {
    int i = 4 * random.nextInt(PROMPTS / 4); // greedy, one choice
    String text = alone.get(i).text();
    String prompt = bodies.get(i).substring(11, bodies.get(i).indexOf("\",\"max_tokens"));
    String id = newState(prompt.substring(0, prompt.length() - 1));
    Serving.Answer rest =
        serving.complete(
            bodies.get(i).replace(prompt, prompt.substring(prompt.length() - 1))
                + ",\"state\":\"%s\"}".formatted(id));
    delete(id);
    assertThat(rest.text()).isEqualTo(text);
  }

  private void movesAState(Random random) {
    String id = newState("a state " + random.nextInt(5));
    HttpResponse<byte[]> file;
    try {
      file =
          serving.client.send(
              serving.request("/v1/states/" + id + "/file").build(),
              HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    Serving.Answer loaded =
        serving.send(
            serving.request("/v1/states").PUT(HttpRequest.BodyPublishers.ofByteArray(file.body())));
    assertThat(loaded.json().path("tokens").asInt()).as(loaded.body()).isEqualTo(9);
    delete(id);
    delete(loaded.json().path("id").asText());
  }

  private JsonNode states() {
    return serving.get("/v1/states").json().path("data");
  }

  /**
   * Waits until states expire that clients have left who went when the answer was on its way.
   *
   * @return how many there were
   */
  int awaitExpiry() {
    JsonNode left = states();
    assertThat(left).allMatch(state -> state.path("tokens").asInt() > LONG.length());
    Serving.await(() -> states().isEmpty());
    return left.size();
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
