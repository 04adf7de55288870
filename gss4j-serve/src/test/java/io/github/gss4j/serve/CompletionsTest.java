package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /v1/completions}. */
@Timeout(60)
class CompletionsTest {
  @TempDir private static Path directory;
  private static Serving serving;

  @BeforeAll
  static void start() {
    serving = Serving.start(directory);
  }

  @AfterAll
  static void stop() {
    serving.close();
  }

  private static List<Integer> alone(String prompt, GenerationOptions options) {
    try (Session session = serving.model.session()) {
      return session
          .generate(new ByteTokenizer().encode(prompt), options, DecodingListener.SILENT)
          .ids();
    }
  }

  private static List<Integer> ids(JsonNode choice) {
    List<Integer> ids = new ArrayList<>();
    choice.path("token_ids").forEach(id -> ids.add(id.intValue()));
    return ids;
  }

  private static String text(List<Integer> ids) {
    return new ByteTokenizer().decode(ids.stream().mapToInt(i -> i).toArray());
  }

  @Test
  void aWholeAnswerHasTheModelsTokensAndOpenAisForm() {
    JsonNode json =
        serving
            .complete(
                "{\"model\":\"tiny\",\"prompt\":\"abc\",\"max_tokens\":7,\"temperature\":0,"
                    + "\"return_token_ids\":true,\"user\":\"me\"}")
            .json();
    List<Integer> expected = alone("abc", GenerationOptions.of(7, Sampling.greedy()));
    assertThat(json.path("object").asText()).isEqualTo("text_completion");
    assertThat(json.path("id").asText()).startsWith("cmpl-");
    assertThat(json.path("created").isIntegralNumber()).isTrue();
    assertThat(json.path("model").asText()).isEqualTo("tiny");
    JsonNode choice = json.path("choices").path(0);
    assertThat(ids(choice)).isEqualTo(expected);
    assertThat(choice.path("text").asText()).isEqualTo(text(expected));
    assertThat(choice.path("index").asInt()).isZero();
    assertThat(choice.path("logprobs").isNull()).isTrue();
    assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
    assertThat(json.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
    assertThat(json.path("usage").path("completion_tokens").asInt()).isEqualTo(7);
    assertThat(json.path("usage").path("total_tokens").asInt()).isEqualTo(10);
  }

  @Test
  void aStreamJoinsToTheWholeAnswer() {
    String body = "{\"prompt\":\"stream\",\"max_tokens\":40,\"seed\":3,\"temperature\":0.9";
    String whole = serving.complete(body + "}").text();
    Serving.Answer answer =
        serving.complete(body + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    List<JsonNode> events = answer.events();
    JsonNode last = events.remove(events.size() - 1);
    assertThat(
            events.stream()
                .map(e -> e.path("choices").path(0).path("text").asText())
                .collect(Collectors.joining()))
        .isEqualTo(whole);
    assertThat(events).allMatch(e -> e.has("usage") && e.path("usage").isNull());
    assertThat(last.path("choices").isEmpty()).isTrue();
    assertThat(last.path("usage").path("completion_tokens").asInt()).isEqualTo(40);
    assertThat(events.get(events.size() - 1).path("choices").path(0).path("finish_reason").asText())
        .isEqualTo("length");
    assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    assertThat(answer.response().headers().firstValue("X-Accel-Buffering")).contains("no");
    assertThat(serving.complete(body + ",\"stream\":true}").events())
        .noneMatch(e -> e.has("usage"));
  }

  @Test
  void thirtyTwoStreamsTogetherEachHaveTheirTokensAlone() {
    List<CompletableFuture<Serving.Answer>> answers =
        IntStream.range(0, 32)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () ->
                            serving.complete(
                                ("{\"prompt\":\"%s\",\"max_tokens\":%d,\"temperature\":0,"
                                        + "\"stream\":true,\"return_token_ids\":true}")
                                    .formatted(prompt(i), 20 + i)),
                        task -> new Thread(task).start()))
            .toList();
    for (int i = 0; i < answers.size(); i++) {
      List<Integer> found = new ArrayList<>();
      answers.get(i).join().events().forEach(e -> found.addAll(ids(e.path("choices").path(0))));
      assertThat(found)
          .as("stream %d", i)
          .isEqualTo(alone(prompt(i), GenerationOptions.of(20 + i, Sampling.greedy())));
    }
  }

  private static String prompt(int number) {
    return "prompt number " + number + " ".repeat(number % 7) + "x".repeat(number * 13 % 40);
  }

  @Test
  void promptsTimesNChoicesComeInOrderAndDrawIndependently() {
    JsonNode choices =
        serving
            .complete(
                "{\"prompt\":[\"one\",\"two\"],\"n\":3,\"max_tokens\":12,\"seed\":9,"
                    + "\"return_token_ids\":true}")
            .json()
            .path("choices");
    assertThat(choices).hasSize(6);
    for (int i = 0; i < 6; i++) {
      Sampling sampling = Sampling.seeded(9).forSequence(i % 3);
      assertThat(choices.path(i).path("index").asInt()).isEqualTo(i);
      assertThat(ids(choices.path(i)))
          .isEqualTo(alone(i < 3 ? "one" : "two", GenerationOptions.of(12, sampling)));
    }
  }

  @Test
  void everySamplingFieldIsTheModelsOwn() {
    Sampling sampling =
        Sampling.seeded(4)
            .withTemperature(0.8)
            .withTopK(20)
            .withTopP(0.9)
            .withMinP(0.01)
            .withRepetitionPenalty(1.3)
            .withPenalties(0.5, 0.4)
            .withLogitBias(java.util.Map.of(65, 3.0));
    JsonNode choice =
        serving
            .complete(
                "{\"prompt\":[97,98,97],\"max_tokens\":30,\"seed\":4,\"temperature\":0.8,\"top_k\":20,"
                    + "\"top_p\":0.9,\"min_p\":0.01,\"repetition_penalty\":1.3,\"presence_penalty\":0.5,"
                    + "\"frequency_penalty\":0.4,\"logit_bias\":{\"65\":3},\"ignore_eos\":true,"
                    + "\"return_token_ids\":true,\"best_of\":1,\"stop\":null,\"suffix\":null}")
            .json()
            .path("choices")
            .path(0);
    assertThat(ids(choice)).isEqualTo(alone("aba", GenerationOptions.of(30, sampling)));
  }

  @Test
  void theLikeliestOfManyAreGiven() {
    String body = "{\"prompt\":\"best\",\"max_tokens\":5,\"seed\":1,\"logprobs\":0,";
    JsonNode all = serving.complete(body + "\"n\":4}").json().path("choices");
    JsonNode best = serving.complete(body + "\"n\":1,\"best_of\":4}").json();
    double most = IntStream.range(0, 4).mapToDouble(i -> mean(all.path(i))).max().orElseThrow();
    assertThat(best.path("choices")).hasSize(1);
    assertThat(mean(best.path("choices").path(0))).isCloseTo(most, within(1e-9));
    assertThat(best.path("usage").path("completion_tokens").asInt()).isEqualTo(20);
  }

  private static double mean(JsonNode choice) {
    double sum = 0;
    for (JsonNode score : choice.path("logprobs").path("token_logprobs")) {
      sum += score.asDouble();
    }
    return sum / choice.path("logprobs").path("token_logprobs").size();
  }

  @Test
  void echoWithLogprobsScoresThePromptAndOneToken() {
    String prompt = "héllo";
    int[] ids = new ByteTokenizer().encode(prompt);
    Scores scores;
    try (Session session = serving.model.session()) {
      scores = session.score(ids, 2);
    }
    for (int maxTokens = 0; maxTokens < 2; maxTokens++) {
      JsonNode choice =
          serving
              .complete(
                  "{\"prompt\":\"%s\",\"max_tokens\":%d,\"echo\":true,\"logprobs\":2,\"temperature\":0}"
                      .formatted(prompt, maxTokens))
              .json()
              .path("choices")
              .path(0);
      JsonNode logprobs = choice.path("logprobs");
      assertThat(choice.path("text").asText()).startsWith(prompt);
      assertThat(logprobs.path("tokens")).hasSize(ids.length + maxTokens);
      assertThat(logprobs.path("token_logprobs").path(0).isNull()).isTrue();
      assertThat(logprobs.path("top_logprobs").path(0).isNull()).isTrue();
      assertThat(logprobs.path("tokens").path(0).asText()).isEqualTo("h");
      assertThat(logprobs.path("tokens").path(1).asText()).isEqualTo("bytes:\\xc3");
      assertThat(logprobs.path("tokens").path(2).asText()).isEqualTo("bytes:\\xa9");
      assertThat(logprobs.path("text_offset").toString()).startsWith("[0,1,1,2,3,4");
      for (int i = 1; i < ids.length; i++) {
        assertThat(logprobs.path("token_logprobs").path(i).asDouble())
            .isCloseTo(scores.logProbability(i), within(1e-5));
        assertThat(logprobs.path("top_logprobs").path(i).size()).isBetween(2, 3);
      }
    }
  }

  @Test
  void echoInAStreamComesFirst() {
    List<JsonNode> events =
        serving
            .complete(
                "{\"prompt\":\"echoed\",\"max_tokens\":3,\"echo\":true,\"stream\":true,"
                    + "\"temperature\":0}")
            .events();
    assertThat(events.get(0).path("choices").path(0).path("text").asText()).startsWith("echoed");
  }

  @Test
  void aStopTextEndsTheTextBeforeIt() {
    String free =
        text(alone("stop", GenerationOptions.of(60, Sampling.seeded(8)))).replace("\uFFFD", "");
    String text = serving.complete("{\"prompt\":\"stop\",\"max_tokens\":60,\"seed\":8}").text();
    String stop = text.substring(10, 12);
    Serving.Answer answer =
        serving.complete(
            "{\"prompt\":\"stop\",\"max_tokens\":60,\"seed\":8,\"stop\":[%s,\"never, never\"]}"
                .formatted(quoted(stop)));
    assertThat(free).isNotEmpty();
    assertThat(answer.text()).isEqualTo(text.substring(0, text.indexOf(stop)));
    assertThat(answer.json().path("choices").path(0).path("finish_reason").asText())
        .isEqualTo("stop");
  }

  private static String quoted(String text) {
    return new ObjectMapper().getNodeFactory().textNode(text).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"prompt\":\"x\",\"max_tokens\":-1} | max_tokens",
        "{\"prompt\":\"x\",\"max_tokens\":1.5} | max_tokens",
        "{\"prompt\":\"x\",\"max_tokens\":\"3\"} | max_tokens",
        "{\"prompt\":\"x\",\"temperature\":-1} | temperature",
        "{\"prompt\":\"x\",\"top_p\":0} | top_p",
        "{\"prompt\":\"x\",\"top_p\":1.1} | top_p",
        "{\"prompt\":\"x\",\"min_p\":2} | min_p",
        "{\"prompt\":\"x\",\"repetition_penalty\":0} | repetition_penalty",
        "{\"prompt\":\"x\",\"presence_penalty\":3} | presence_penalty",
        "{\"prompt\":\"x\",\"frequency_penalty\":\"a\"} | frequency_penalty",
        "{\"prompt\":\"x\",\"n\":0} | n",
        "{\"prompt\":\"x\",\"n\":3,\"best_of\":2} | best_of",
        "{\"prompt\":\"x\",\"n\":1,\"best_of\":2,\"stream\":true} | best_of",
        "{\"prompt\":\"x\",\"logprobs\":6} | logprobs",
        "{\"prompt\":\"x\",\"stop\":[\"\"]} | stop",
        "{\"prompt\":\"x\",\"stop\":{\"a\":1}} | stop",
        "{\"prompt\":\"x\",\"stop\":[1]} | stop",
        "{\"prompt\":\"x\",\"logit_bias\":{\"a\":1}} | logit_bias",
        "{\"prompt\":\"x\",\"logit_bias\":{\"256\":1}} | logit_bias",
        "{\"prompt\":\"x\",\"logit_bias\":{\"3\":101}} | logit_bias.3",
        "{\"prompt\":\"x\",\"seed\":1e300} | seed",
        "{\"prompt\":\"x\",\"suffix\":\"y\"} | suffix",
        "{\"prompt\":\"x\",\"stream_options\":{}} | stream_options",
        "{\"prompt\":\"x\",\"echo\":1} | echo",
        "{\"prompt\":[]} | prompt",
        "{\"prompt\":\"\"} | prompt",
        "{\"prompt\":[256]} | prompt",
        "{\"prompt\":[-1]} | prompt",
        "{\"prompt\":[[1],[]]} | prompt",
        "{\"prompt\":[\"a\",1]} | prompt",
        "{\"prompt\":{\"a\":1}} | prompt",
        "{} | prompt",
        "{\"prompt\":\"x\",\"temprature\":1} | temprature",
      })
  void aBadFieldIsNamed(String body, String param) {
    Serving.Answer answer = serving.complete(body);
    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.param()).as(body).isEqualTo(param);
    assertThat(answer.error()).contains(param.split("\\.", 2)[0]);
    assertThat(answer.json().path("error").path("type").asText())
        .isEqualTo("invalid_request_error");
  }

  @Test
  void manyStopsAreAllowedAndMoreAreNot() {
    String stops =
        IntStream.range(0, 16).mapToObj(i -> "\"stop" + i + "\"").collect(Collectors.joining(","));
    assertThat(
            serving
                .complete("{\"prompt\":\"x\",\"max_tokens\":1,\"stop\":[" + stops + "]}")
                .status())
        .isEqualTo(200);
    assertThat(serving.complete("{\"prompt\":\"x\",\"stop\":[" + stops + ",\"y\"]}").error())
        .isEqualTo("'stop' has 17 texts, expected at most 16");
  }

  @Test
  void whatIsNoJsonOrAnotherModelsIsRefused() {
    for (String body : List.of("", "{", "[]", "null", "{\"a\":1,\"a\":2}", "{} {}", "\"x\"")) {
      assertThat(serving.complete(body).status()).as(body).isEqualTo(400);
    }
    Serving.Answer other = serving.complete("{\"model\":\"other\",\"prompt\":\"x\"}");
    assertThat(other.status()).isEqualTo(404);
    assertThat(other.error()).isEqualTo("there is no model 'other' here, expected 'tiny'");
  }

  @Test
  void theSameSeedWritesTheSameAndNoneWritesOtherTexts() {
    String seeded = "{\"prompt\":\"x\",\"max_tokens\":20,\"seed\":-7}";
    assertThat(serving.complete(seeded).text()).isEqualTo(serving.complete(seeded).text());
    String free = "{\"prompt\":\"x\",\"max_tokens\":20}";
    assertThat(serving.complete(free).text()).isNotEqualTo(serving.complete(free).text());
  }

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
  void embeddingsAreTheModelsHiddenVectors() {
    float[] expected = serving.model.embedding("some text");
    JsonNode json =
        serving
            .post("/v1/embeddings", "{\"model\":\"tiny\",\"input\":[\"some text\",\"other\"]}")
            .json();
    assertThat(json.path("data")).hasSize(2);
    for (int i = 0; i < expected.length; i++) {
      assertThat(json.path("data").path(0).path("embedding").path(i).asDouble())
          .isCloseTo(expected[i], within(1e-5));
    }
    String base64 =
        serving
            .post("/v1/embeddings", "{\"input\":\"some text\",\"encoding_format\":\"base64\"}")
            .json()
            .path("data")
            .path(0)
            .path("embedding")
            .asText();
    assertThat(java.util.Base64.getDecoder().decode(base64)).hasSize(4 * expected.length);
    assertThat(serving.post("/v1/embeddings", "{\"input\":\"x\",\"dimensions\":3}").param())
        .isEqualTo("dimensions");
  }

  @Test
  void whatIsNotThereIsSaidInTheSameForm() {
    assertThat(serving.get("/nope").json().path("error").path("code").asText())
        .isEqualTo("not_found");
    assertThat(serving.get("/v1/completions").status()).isEqualTo(405);
    assertThat(serving.get("/v1/completions").json().path("error").path("code").asText())
        .isEqualTo("method_not_allowed");
    assertThat(serving.get("/health").json().path("status").asText()).isEqualTo("ok");
    assertThat(serving.get("/ready").status()).isEqualTo(200);
    assertThat(serving.get("/health").response().headers().firstValue("x-request-id")).isPresent();
    assertThat(String.format(Locale.ROOT, "%.0f", serving.metric("gss_rows_max"))).isEqualTo("32");
  }
}
