package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What is answered without decoding. */
class LookupsTest extends ServingFixture {
  @Test
  void modelsAreListed() {
    JsonNode models = serving.get("/v1/models").json();
    assertThat(models.path("data").path(0).path("id").asText()).isEqualTo("tiny");
    assertThat(serving.get("/v1/models/tiny").json()).isEqualTo(models.path("data").path(0));
    assertThat(serving.get("/v1/models/nope").status()).isEqualTo(404);
  }

  @Test
  void textBecomesIdsAndIdsText() {
    assertThat(serving.post("/tokenize", "{\"prompt\":\"hé\"}").json().toString())
        .isEqualTo("{\"tokens\":[104,195,169],\"count\":3}");
    assertThat(
            serving
                .post("/detokenize", "{\"tokens\":[104,195,169]}")
                .json()
                .path("prompt")
                .asText())
        .isEqualTo("hé");
    assertThat(serving.post("/detokenize", "{\"tokens\":[]}").json().path("prompt").asText())
        .isEmpty();
    for (String bad :
        List.of("{\"tokens\":[[1],[2]]}", "{\"tokens\":[\"a\"]}", "{\"tokens\":1}", "{}")) {
      assertThat(serving.post("/detokenize", bad).status()).as(bad).isEqualTo(400);
    }
    JsonNode info = serving.get("/tokenizer_info").json();
    assertThat(info.path("tokenizer_class").asText()).isEqualTo("bytes");
    assertThat(info.path("eos_token").isNull()).isTrue();
  }

  @Test
  void whatIsNotThereIsSaidInTheSameForm() {
    assertThat(serving.get("/nope").json().path("error").path("code").asText())
        .isEqualTo("not_found");
    assertThat(serving.get("/health").json().path("status").asText()).isEqualTo("ok");
    assertThat(serving.get("/ready").status()).isEqualTo(200);
    assertThat(serving.get("/health").response().headers().firstValue("x-request-id")).isPresent();
    assertThat(String.format(Locale.ROOT, "%.0f", serving.metric("gss_rows_max"))).isEqualTo("32");
  }

  @Test
  void anErrorIsCountedAtItsPath() {
    String bad = "gss_requests_total{outcome=\"400\",route=\"/detokenize\"}";
    double before = serving.metric(bad);
    serving.post("/detokenize", "{");
    Serving.await(() -> serving.metric(bad) == before + 1);
  }

  private static void checkRefused(String method, String path, String expected) {
    Serving.Answer answer =
        serving.send(serving.request(path).method(method, HttpRequest.BodyPublishers.noBody()));
    assertThat(answer.status()).as(path).isEqualTo(405);
    assertThat(answer.response().headers().firstValue("Allow")).contains(expected);
    assertThat(answer.json().path("error").path("code").asText()).isEqualTo("method_not_allowed");
    assertThat(answer.error())
        .isEqualTo("the method is %s, expected %s for %s".formatted(method, expected, path));
  }

  @Test
  void anotherMethodIsToldThoseThatAPathHas() {
    checkRefused("GET", "/v1/completions", "POST");
    checkRefused("PATCH", "/v1/states", "GET, POST, PUT");
    checkRefused("POST", "/v1/states/state-x", "DELETE, GET");
    checkRefused("DELETE", "/v1/models/tiny", "GET");
    checkRefused("POST", "/", "GET");
    checkRefused("POST", "/page/page.js", "GET");
    assertThat(serving.get("/page/none.js").status()).isEqualTo(404);
  }
}
