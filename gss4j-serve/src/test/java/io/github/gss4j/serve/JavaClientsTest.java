package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.language.LanguageModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiStreamingLanguageModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.serve.api.Limits;
import io.github.gss4j.serve.http.Access;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The clients that Java teams have. */
@Timeout(60)
class JavaClientsTest {
  @TempDir private Path directory;
  private Serving serving;
  private String expected;

  @BeforeEach
  void start() {
    serving =
        Serving.start(
            directory,
            Serving.options()
                .with(Access.DEFAULT.withApiKey("secret"))
                .with(Limits.DEFAULT.withTokens(1000, 1000, 12)));
    expected = serving.model.generate("once", GenerationOptions.of(12, Sampling.greedy())).text();
  }

  @AfterEach
  void stop() {
    serving.close();
  }

  private String url() {
    return serving.server.url() + "/v1";
  }

  private OpenAIClient openAi(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(url()).apiKey(key).maxRetries(0).build();
  }

  private static CompletionCreateParams.Builder once() {
    return CompletionCreateParams.builder()
        .model("tiny")
        .prompt("once")
        .maxTokens(12)
        .temperature(0.0);
  }

  @Test
  void openAisClientCompletesWholeAndInAStream() {
    OpenAIClient client = openAi("secret");
    Completion whole = client.completions().create(once().logprobs(2).build());
    assertThat(whole.validate().choices().get(0).text()).isEqualTo(expected);
    assertThat(whole.choices().get(0).finishReason().asString()).isEqualTo("length");
    assertThat(whole.choices().get(0).logprobs().orElseThrow().tokens().orElseThrow()).hasSize(12);
    assertThat(whole.usage().orElseThrow().completionTokens()).isEqualTo(12);
    try (StreamResponse<Completion> stream = client.completions().createStreaming(once().build())) {
      assertThat(
              stream.stream()
                  .flatMap(chunk -> chunk.choices().stream())
                  .map(choice -> choice.text())
                  .collect(Collectors.joining()))
          .isEqualTo(expected);
    }
  }

  @Test
  void openAisClientHearsErrorsWithTheirField() {
    assertThatThrownBy(
            () -> openAi("secret").completions().create(once().temperature(-1.0).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class, e -> assertThat(e.param()).contains("temperature"));
    assertThatThrownBy(() -> openAi("wrong").completions().create(once().build()))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(401));
  }

  @Test
  void openAisClientListsModelsAndEmbeds() {
    OpenAIClient client = openAi("secret");
    assertThat(client.models().list().data().get(0).validate().id()).isEqualTo("tiny");
    assertThat(
            client
                .embeddings()
                .create(EmbeddingCreateParams.builder().model("tiny").input("text").build())
                .data()
                .get(0)
                .embedding())
        .hasSize(16);
  }

  @Test
  void langChainsLanguageModelsWriteAsManyTokensAsTheServerSays() {
    LanguageModel whole =
        OpenAiLanguageModel.builder()
            .baseUrl(url())
            .apiKey("secret")
            .modelName("tiny")
            .temperature(0.0)
            .build();
    Response<String> response = whole.generate("once");
    assertThat(response.content()).isEqualTo(expected);
    assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(12);
    StringBuilder pieces = new StringBuilder();
    CompletableFuture<Response<String>> end = new CompletableFuture<>();
    OpenAiStreamingLanguageModel.builder()
        .baseUrl(url())
        .apiKey("secret")
        .modelName("tiny")
        .temperature(0.0)
        .build()
        .generate(
            "once",
            new StreamingResponseHandler<>() {
              @Override
              public void onNext(String piece) {
                pieces.append(piece);
              }

              @Override
              public void onComplete(Response<String> done) {
                end.complete(done);
              }

              @Override
              public void onError(Throwable error) {
                end.completeExceptionally(error);
              }
            });
    assertThat(end.join().content()).isEqualTo(expected);
    assertThat(pieces).hasToString(expected);
  }

  @Test
  void langChainsEmbeddingModelGetsTheModelsVectors() {
    float[] vector =
        OpenAiEmbeddingModel.builder()
            .baseUrl(url())
            .apiKey("secret")
            .modelName("tiny")
            .build()
            .embed("text")
            .content()
            .vector();
    assertThat(vector).hasSize(16);
  }
}
