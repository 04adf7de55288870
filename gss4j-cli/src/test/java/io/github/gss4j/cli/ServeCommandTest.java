package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.RandomModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss serve} as a process of its own. */
@Timeout(120)
class ServeCommandTest {
  private static final Pattern READY =
      Pattern.compile("(http://\\S+) serves (\\S+) \\(ready in .*");

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();

  private Path model() {
    return RandomModel.write(
            ModelConfig.of(256, 16, 1)
                .withLayers(List.of(new GssConfig(6, 8, true)))
                .withTokenizer("bytes"),
            5,
            directory)
        .directory();
  }

  private static Matcher ready(Command.Running running) throws Exception {
    while (true) {
      Matcher line = READY.matcher(Files.readString(running.out()).strip());
      if (line.matches()) {
        return line;
      }
      assertThat(running.process().isAlive()).as(Files.readString(running.err())).isTrue();
      Thread.sleep(10);
    }
  }

  private HttpResponse<java.io.InputStream> complete(String url, String json) throws Exception {
    return post(url + "/v1/completions", json);
  }

  private HttpResponse<java.io.InputStream> post(String url, String json) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url))
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build(),
        HttpResponse.BodyHandlers.ofInputStream());
  }

  @Test
  void itSaysWhereItServesAndEndsOpenStreamsProperlyAfterSigterm() throws Exception {
    try (Command.Running running =
        Command.start(
            directory,
            "serve",
            "--model",
            model(),
            "--port",
            0,
            "--drain-timeout",
            0,
            "--served-name",
            "mine")) {
      Matcher ready = ready(running);
      assertThat(ready.group(2)).isEqualTo("mine");
      HttpResponse<java.io.InputStream> stream =
          complete(ready.group(1), "{\"prompt\":\"x\",\"max_tokens\":1000000,\"stream\":true}");
      assertThat(stream.statusCode()).isEqualTo(200);
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
        assertThat(lines.readLine()).startsWith("data: {");
        running.signal("TERM");
        List<String> rest = lines.lines().filter(line -> !line.isEmpty()).toList();
        assertThat(rest.get(rest.size() - 1)).isEqualTo("data: [DONE]");
        assertThat(rest.get(rest.size() - 2)).contains("\"code\":\"shutdown\"");
      }
      Command.Result result = running.end().ok();
      assertThat(result.out().lines()).hasSize(1);
    }
  }

  @Test
  void itServesChatsByATemplateThatItIsGiven() throws Exception {
    Path template = Files.writeString(directory.resolve("t.jinja"), "{{ messages[0].content }}");
    try (Command.Running running =
        Command.start(
            directory, "serve", "--model", model(), "--port", 0, "--chat-template", template)) {
      HttpResponse<java.io.InputStream> chat =
          post(
              ready(running).group(1) + "/v1/chat/completions",
              "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":1}");
      assertThat(new String(chat.body().readAllBytes(), StandardCharsets.UTF_8))
          .contains("\"prompt_tokens\":1,");
    }
  }

  @Test
  void afterAKillUnderLoadFilesAreWholeOrAbsent() throws Exception {
    Path model = model();
    Path kept = directory.resolve("kept");
    Object[] serve = {"serve", "--model", model, "--port", 0, "--cache-dir", kept};
    for (int round = 0; round < 3; round++) {
      try (Command.Running running = Command.start(directory, serve)) {
        String url = ready(running).group(1);
        for (int i = 0; i < 20 + 7 * round; i++) {
          complete(
                  url,
                  "{\"prompt\":\"%s\",\"max_tokens\":1,\"return_state\":true}"
                      .formatted((round + "-" + i + " ").repeat(200)))
              .body()
              .close();
        }
        running.process().destroyForcibly().waitFor();
      }
      checkFiles(kept);
    }
    try (Command.Running running = Command.start(directory, serve)) {
      String url = ready(running).group(1);
      HttpResponse<java.io.InputStream> again =
          complete(url, "{\"prompt\":\"%s\",\"max_tokens\":1}".formatted("0-0 ".repeat(200)));
      assertThat(new String(again.body().readAllBytes(), StandardCharsets.UTF_8))
          .contains("\"finish_reason\"");
      assertThat(Files.readString(running.err())).doesNotContain("cannot be used");
    }
  }

  /** What was being written has a name of its own, and the rest is whole. */
  private static void checkFiles(Path kept) throws IOException {
    try (Stream<Path> files = Files.walk(kept)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        io.github.gss4j.checkpoint.StateFile.open(file, fingerprint -> true);
      }
    }
  }

  @Test
  void whatMakesNoSenseIsRefusedInOneLine() {
    Path model = model();
    Command.here("serve", "--model", model, "--port", 70000).refused("port is 70000");
    Command.here("serve", "--model", model, "--max-rows", 0).refused("max-rows is 0");
    Command.here("serve", "--model", model, "--port", 0, "--cache-bytes", "much")
        .refused("--cache-bytes");
    Command.here("serve", "--model", directory.resolve("none"), "--port", 0).refused("none");
    Command.here("serve", "--model", model, "--port", 0, "--chat-template", "no.jinja")
        .refused("no.jinja");
  }
}
