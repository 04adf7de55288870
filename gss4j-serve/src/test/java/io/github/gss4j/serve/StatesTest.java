package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.RandomModel;
import io.github.gss4j.generation.Session;
import io.github.gss4j.serve.decode.Capacity;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was read once is kept: prompts by themselves, states by their ids. */
@Timeout(120)
class StatesTest {
  @TempDir private Path directory;

  private static int cached(Serving.Answer answer) {
    return answer.json().path("usage").path("prompt_tokens_details").path("cached_tokens").asInt();
  }

  private static String greedy(String prompt, int tokens) {
    return "{\"prompt\":\"%s\",\"max_tokens\":%d,\"temperature\":0,\"repetition_penalty\":1.2}"
        .formatted(prompt, tokens);
  }

  private static String text(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < length; i++) {
      text.append(i * 7919 % 1000).append(' ');
    }
    return text.substring(0, length);
  }

  @Test
  void aPromptOfIdsContinuesAStateAsItsTextDoes() {
    try (Serving serving = Serving.start(directory)) {
      String id = serving.post("/v1/states", "{\"prompt\":\"one\"}").json().path("id").asText();
      String rest = "\"max_tokens\":5,\"temperature\":0,\"state\":\"" + id + "\"}";
      Serving.Answer text = serving.complete("{\"prompt\":\" two\"," + rest);
      Serving.Answer ids = serving.complete("{\"prompt\":[32,116,119,111]," + rest);
      assertThat(ids.text()).isEqualTo(text.text());
      assertThat(ids.json().path("usage").path("prompt_tokens").asInt()).isEqualTo(4);
      for (String nothing : new String[] {"\"\"", "[]", "null"}) {
        assertThat(serving.complete("{\"prompt\":" + nothing + "," + rest).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aPromptIsReadOnceAndItsBeginningsServeOthers() {
    String shared = text(1300);
    try (Serving serving = Serving.start(directory)) {
      String fresh = serving.complete(greedy(shared + "tail", 20)).text();
      Serving.Answer again = serving.complete(greedy(shared + "tail", 20));
      assertThat(cached(again)).isEqualTo(1304);
      assertThat(again.text()).isEqualTo(fresh);
      Serving.Answer other = serving.complete(greedy(shared + "other", 20));
      assertThat(cached(other)).isEqualTo(1024);
      Serving.Answer third = serving.complete(greedy(shared + "third", 20));
      assertThat(cached(third)).as("where the first two parted").isEqualTo(1300);
      Serving.Answer longer = serving.complete(greedy(shared + "tail and more", 20));
      assertThat(cached(longer)).isEqualTo(1304);
      assertThat(serving.metric("gss_cache_hits_total")).isEqualTo(4);
      try (Serving without =
          Serving.start(
              directory,
              Serving.options().with(Capacity.defaults().withBytes(64 << 20, 0, 64 << 20)))) {
        assertThat(without.complete(greedy(shared + "third", 20)).text()).isEqualTo(third.text());
        assertThat(without.complete(greedy(shared + "tail and more", 20)).text())
            .isEqualTo(longer.text());
        assertThat(cached(without.complete(greedy(shared + "tail", 20)))).isZero();
      }
    }
  }

  @Test
  void onePromptAskedForManyTimesAtOnceIsReadOnce() {
    String prompt = text(30_000);
    try (Serving serving = Serving.start(directory)) {
      List<CompletableFuture<Serving.Answer>> answers =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> serving.complete(greedy(prompt, 5)),
                          task -> new Thread(task).start()))
              .toList();
      String text = answers.get(0).join().text();
      assertThat(answers).allMatch(answer -> answer.join().text().equals(text));
      assertThat(serving.metric("gss_tokens_read_total")).isEqualTo(prompt.length());
    }
  }

  @Test
  void theCacheStaysWithinItsBytes() {
    try (Serving serving =
        Serving.start(
            directory,
            Serving.options().with(Capacity.defaults().withBytes(64 << 20, 60_000, 1 << 20)))) {
      for (int i = 0; i < 30; i++) {
        serving.complete(greedy(i + text(700), 1));
        assertThat(serving.metric("gss_cache_bytes")).isBetween(1.0, 60_000.0);
      }
    }
  }

  @Test
  void aStateIsContinuedForkedAndDeleted() {
    String book = text(3000);
    try (Serving serving = Serving.start(directory)) {
      String expected = greedyText(serving, book + "x", 30);
      JsonNode made = serving.post("/v1/states", "{\"prompt\":\"" + book + "\"}").json();
      String id = made.path("id").asText();
      assertThat(made.path("object").asText()).isEqualTo("state");
      assertThat(made.path("tokens").asInt()).isEqualTo(3000);
      assertThat(made.path("bytes").asInt()).isPositive();
      assertThat(serving.get("/v1/states/" + id).json().path("tokens").asInt()).isEqualTo(3000);
      String on = "{\"state\":\"%s\",\"prompt\":\"x\",\"max_tokens\":%d,\"temperature\":0%s}";
      assertThat(serving.complete(on.formatted(id, 30, "")).text()).isEqualTo(expected);

      JsonNode half = serving.complete(on.formatted(id, 10, ",\"return_state\":true")).json();
      String halfId = half.path("choices").path(0).path("state").asText();
      assertThat(serving.get("/v1/states/" + halfId).json().path("tokens").asInt()).isEqualTo(3011);
      String forked = serving.post("/v1/states/" + halfId + "/fork", "").json().path("id").asText();
      assertThat(forked).isNotEqualTo(halfId).startsWith("state-");
      assertThat(serving.get("/v1/states").json().path("data")).hasSize(3);
      assertThat(
              serving
                  .send(serving.request("/v1/states/" + halfId).DELETE())
                  .json()
                  .path("deleted")
                  .asBoolean())
          .isTrue();
      assertThat(serving.get("/v1/states/" + halfId).status()).isEqualTo(404);
      Serving.Answer rest =
          serving.complete(
              "{\"state\":\"%s\",\"max_tokens\":20,\"temperature\":0}".formatted(forked));
      assertThat(half.path("choices").path(0).path("text").asText() + rest.text())
          .isEqualTo(expected);
      Serving.Answer gone = serving.complete(on.formatted(halfId, 1, ",\"stream\":true"));
      assertThat(gone.status()).isEqualTo(404);
      assertThat(gone.param()).isEqualTo("state");
    }
  }

  private static String greedyText(Serving serving, String prompt, int tokens) {
    return serving
        .complete(
            "{\"prompt\":\"%s\",\"max_tokens\":%d,\"temperature\":0}".formatted(prompt, tokens))
        .text();
  }

  private static byte[] download(Serving serving, String id) throws Exception {
    return serving
        .client
        .send(
            serving.request("/v1/states/" + id + "/file").build(),
            HttpResponse.BodyHandlers.ofByteArray())
        .body();
  }

  private static Serving.Answer upload(Serving serving, String path, byte[] file) {
    return serving.send(serving.request(path).PUT(HttpRequest.BodyPublishers.ofByteArray(file)));
  }

  @Test
  void aStateMovesToAnotherServerOfTheModelAndToNoOther() throws Exception {
    byte[] file;
    String expected;
    try (Serving serving = Serving.start(directory)) {
      expected = greedyText(serving, "once upon", 20);
      String id =
          serving.post("/v1/states", "{\"prompt\":\"once upon\"}").json().path("id").asText();
      file = download(serving, id);
    }
    try (Serving other = Serving.start(directory)) {
      JsonNode uploaded = upload(other, "/v1/states/moved/file", file).json();
      assertThat(uploaded.path("id").asText()).isEqualTo("moved");
      assertThat(other.complete("{\"state\":\"moved\",\"max_tokens\":20,\"temperature\":0}").text())
          .isEqualTo(expected);
      assertThat(upload(other, "/v1/states", file).json().path("id").asText()).startsWith("state-");
      byte[] damaged = file.clone();
      damaged[damaged.length - 1] ^= 1;
      Serving.Answer refused = upload(other, "/v1/states", damaged);
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.error()).contains("damaged").doesNotContain("/tmp");
      assertThat(upload(other, "/v1/states", new byte[] {1, 2, 3}).status()).isEqualTo(422);
      assertThat(upload(other, "/v1/states/a%20b/file", file).status()).isEqualTo(400);
    }
    try (GssModel another =
            Serving.load(
                RandomModel.write(
                    ModelConfig.of(256, 16, 1)
                        .withLayers(List.of(new GssConfig(6, 8, true)))
                        .withTokenizer("bytes"),
                    6,
                    directory));
        Session session = another.session()) {
      session.read("x");
      Path saved = directory.resolve("another.safetensors");
      session.save(saved);
      try (Serving serving = Serving.start(directory)) {
        Serving.Answer refused = upload(serving, "/v1/states", Files.readAllBytes(saved));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.error()).contains("another model");
      }
    }
  }

  @Test
  void statesHaveAQuotaAndALife() {
    Capacity capacity =
        Capacity.defaults()
            .withBytes(1 << 20, 1 << 20, 10_000)
            .withStateLife(Duration.ofSeconds(2));
    try (Serving serving = Serving.start(directory, Serving.options().with(capacity))) {
      Serving.Answer full = null;
      for (int i = 0; i < 20 && (full == null || full.status() == 200); i++) {
        full = serving.post("/v1/states", "{\"prompt\":\"some text\"}");
      }
      assertThat(full.status()).isEqualTo(413);
      assertThat(full.error()).contains("--state-bytes");
      Serving.await(() -> serving.get("/v1/states").json().path("data").isEmpty());
      assertThat(serving.post("/v1/states", "{\"prompt\":\"x\"}").status()).isEqualTo(200);
    }
  }

  @Test
  void aRestartFindsPromptsAndStatesOnDisk() throws IOException {
    Path kept = directory.resolve("kept");
    ServerOptions options =
        Serving.options().with(Serving.options().capacity().withDirectory(kept, 1 << 20));
    String prompt = text(2000);
    String expected;
    String id;
    var stored = Serving.tiny(directory);
    try (GssModel model = Serving.load(stored);
        GssServer server = GssServer.start(model, options)) {
      HttpUser client = new HttpUser(server);
      expected = client.complete(greedy(prompt, 10)).text();
      id = client.post("/v1/states", "{\"prompt\":\"once\"}").json().path("id").asText();
    }
    try (Stream<Path> files = Files.walk(kept)) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allMatch(file -> file.toString().endsWith(".safetensors"));
    }
    try (GssModel model = Serving.load(stored);
        GssServer server = GssServer.start(model, options)) {
      HttpUser client = new HttpUser(server);
      Serving.Answer again = client.complete(greedy(prompt, 10));
      assertThat(cached(again)).isEqualTo(2000);
      assertThat(again.text()).isEqualTo(expected);
      assertThat(client.get("/v1/states/" + id).json().path("tokens").asInt()).isEqualTo(4);
      assertThat(client.complete("{\"state\":\"%s\",\"max_tokens\":5}".formatted(id)).status())
          .isEqualTo(200);
    }
    try (Stream<Path> files = Files.list(kept.resolve("prefixes"))) {
      for (Path file : files.toList()) {
        Files.write(file, new byte[100]);
      }
    }
    try (GssModel model = Serving.load(stored);
        GssServer server = GssServer.start(model, options)) {
      assertThat(new HttpUser(server).complete(greedy(prompt, 10)).text())
          .as("damaged files are not used")
          .isEqualTo(expected);
    }
  }
}
