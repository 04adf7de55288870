package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields of a request for completions. */
class RequestFieldsTest extends ServingFixture {
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
            .withLogitBias(Map.of(65, 3.0));
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
  void theSameSeedWritesTheSameAndNoneWritesOtherTexts() {
    String seeded = "{\"prompt\":\"x\",\"max_tokens\":20,\"seed\":-7}";
    assertThat(serving.complete(seeded).text()).isEqualTo(serving.complete(seeded).text());
    String free = "{\"prompt\":\"x\",\"max_tokens\":20}";
    assertThat(serving.complete(free).text()).isNotEqualTo(serving.complete(free).text());
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
}
