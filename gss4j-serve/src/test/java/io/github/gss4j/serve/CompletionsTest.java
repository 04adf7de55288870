package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code POST /v1/completions}. */
class CompletionsTest extends ServingFixture {
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

  @Test
  void whatIsNoJsonOrAnotherModelsIsRefused() {
    for (String body : List.of("", "{", "[]", "null", "{\"a\":1,\"a\":2}", "{} {}", "\"x\"")) {
      assertThat(serving.complete(body).status()).as(body).isEqualTo(400);
    }
    Serving.Answer other = serving.complete("{\"model\":\"other\",\"prompt\":\"x\"}");
    assertThat(other.status()).isEqualTo(404);
    assertThat(other.error()).isEqualTo("there is no model 'other' here, expected 'tiny'");
  }
}
