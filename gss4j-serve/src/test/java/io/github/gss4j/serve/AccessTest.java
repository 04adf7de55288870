package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.serve.api.Limits;
import io.github.gss4j.serve.http.Access;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in. */
@Timeout(60)
class AccessTest {
  private static final String BODY = "{\"prompt\":\"x\",\"max_tokens\":1}";

  @TempDir private Path directory;

  private Serving start(Access access) {
    return Serving.start(directory, Serving.options().with(access));
  }

  private static HttpRequest.Builder post(Serving serving) {
    return serving.request("/v1/completions").POST(HttpRequest.BodyPublishers.ofString(BODY));
  }

  @Test
  void aKeyIsAskedOfAllThatSaysSomethingOfTheModel() {
    try (Serving serving = start(Access.DEFAULT.withApiKey("secret"))) {
      Serving.Answer none = serving.complete(BODY);
      assertThat(none.status()).isEqualTo(401);
      assertThat(none.response().headers().firstValue("WWW-Authenticate")).contains("Bearer");
      assertThat(none.json().path("error").path("code").asText()).isEqualTo("invalid_api_key");
      assertThat(serving.send(post(serving).header("Authorization", "Bearer wrong")).status())
          .isEqualTo(401);
      assertThat(serving.send(post(serving).header("Authorization", "Bearer secret")).status())
          .isEqualTo(200);
      assertThat(serving.get("/v1/models").status()).isEqualTo(401);
      assertThat(serving.get("/metrics").status()).isEqualTo(401);
      assertThat(serving.get("/health").status()).isEqualTo(200);
      assertThat(serving.get("/ready").status()).isEqualTo(200);
    }
  }

  @Test
  void aPageOfAnotherOriginIsRefusedAndCannotRead() {
    try (Serving serving = start(Access.DEFAULT)) {
      Serving.Answer other = serving.send(post(serving).header("Origin", "https://evil.example"));
      assertThat(other.status()).isEqualTo(403);
      assertThat(other.response().headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(serving.send(post(serving).header("Origin", "null")).status()).isEqualTo(403);
      assertThat(serving.send(post(serving).header("Origin", serving.server.url())).status())
          .isEqualTo(200);
    }
  }

  @Test
  void anAllowedOriginMayReadAndItsPreflightNeedsNoKey() {
    Access access = Access.DEFAULT.withApiKey("secret").withCorsOrigins("https://page.example");
    try (Serving serving = start(access)) {
      Serving.Answer preflight =
          serving.send(
              serving
                  .request("/v1/completions")
                  .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                  .header("Origin", "https://page.example")
                  .header("Access-Control-Request-Method", "POST")
                  .header("Access-Control-Request-Headers", "authorization,content-type"));
      assertThat(preflight.status()).isBetween(200, 204);
      assertThat(preflight.response().headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://page.example");
      assertThat(
              preflight.response().headers().firstValue("Access-Control-Allow-Headers").orElse(""))
          .containsIgnoringCase("authorization");
      Serving.Answer answer =
          serving.send(
              post(serving)
                  .header("Origin", "https://page.example")
                  .header("Authorization", "Bearer secret"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.response().headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://page.example");
      assertThat(serving.send(post(serving).header("Origin", "https://other.example")).status())
          .isEqualTo(403);
    }
  }

  private static String withHost(Serving serving, String host) throws IOException {
    try (RawClient client = new RawClient(serving.server.url())) {
      return client
          .send("GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
          .readAll();
    }
  }

  @Test
  void aNameThatSomebodyElseGaveUsIsRefused() throws IOException {
    try (Serving serving = start(Access.DEFAULT.withAllowedHosts("gss.example"))) {
      assertThat(withHost(serving, "localhost:8080")).startsWith("HTTP/1.1 200");
      assertThat(withHost(serving, "127.0.0.1")).startsWith("HTTP/1.1 200");
      assertThat(withHost(serving, "gss.example")).startsWith("HTTP/1.1 200");
      assertThat(withHost(serving, "evil.example"))
          .startsWith("HTTP/1.1 403")
          .contains("--allowed-hosts");
    }
  }

  @Test
  void aRequestsIdIsItsOwnOrANewOne() {
    try (Serving serving = start(Access.DEFAULT)) {
      assertThat(
              serving
                  .send(serving.request("/v1/models").header("X-Request-Id", "mine-1"))
                  .response()
                  .headers()
                  .firstValue("x-request-id"))
          .contains("mine-1");
      assertThat(
              serving
                  .send(serving.request("/v1/models").header("X-Request-Id", "bad id!"))
                  .response()
                  .headers()
                  .firstValue("x-request-id")
                  .orElseThrow())
          .startsWith("req-");
    }
  }

  @Test
  void whatIsTooLargeIsRefused() {
    ServerOptions options =
        Serving.options().with(Limits.DEFAULT.withBodyBytes(1000).withTokens(20, 30, 10));
    try (Serving serving = Serving.start(directory, options)) {
      assertThat(serving.complete("{\"prompt\":\"" + "x".repeat(2000) + "\"}").status())
          .isEqualTo(413);
      Serving.Answer prompt = serving.complete("{\"prompt\":\"" + "x".repeat(21) + "\"}");
      assertThat(prompt.status()).isEqualTo(400);
      assertThat(prompt.json().path("error").path("code").asText())
          .isEqualTo("context_length_exceeded");
      assertThat(serving.complete("{\"prompt\":\"x\",\"max_tokens\":31}").param())
          .isEqualTo("max_tokens");
      assertThat(
              serving
                  .complete("{\"prompt\":\"x\",\"ignore_eos\":true}")
                  .json()
                  .path("usage")
                  .path("completion_tokens")
                  .asInt())
          .isEqualTo(10);
    }
  }
}
