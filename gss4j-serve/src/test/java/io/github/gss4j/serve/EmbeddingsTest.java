package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** {@code POST /v1/embeddings}. */
class EmbeddingsTest extends ServingFixture {
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
    assertThat(Base64.getDecoder().decode(base64)).hasSize(4 * expected.length);
    assertThat(serving.post("/v1/embeddings", "{\"input\":\"x\",\"dimensions\":3}").param())
        .isEqualTo("dimensions");
  }
}
