package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.generation.Session;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scores of tokens in completions, and what is chosen by them. */
class LogprobsTest extends ServingFixture {
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
}
