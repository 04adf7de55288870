package io.github.gss4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import io.github.gss4j.GssModel;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.RandomModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's interfaces give what the model itself gives. */
class GssModelsTest {
  @TempDir private Path directory;
  private GssModel model;
  private GenerationOptions options;

  @BeforeEach
  void load() {
    ModelConfig config =
        ModelConfig.of(256, 16, 1)
            .withLayers(List.of(new GssConfig(6, 8, true)))
            .withTokenizer("bytes");
    model = GssModel.load(RandomModel.write(config, 5, directory).directory());
    options = model.options(20, Sampling.seeded(3));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static String text(List<ChatMessage> messages) {
    return "user: " + ((UserMessage) messages.get(0)).singleText() + "\nassistant: ";
  }

  @Test
  void aTextIsTheModelsOwnWholeAndInPieces() {
    String expected = model.generate("once", options).text();
    Response<String> whole = new GssLanguageModel(model, options).generate("once");
    assertThat(whole.content()).isEqualTo(expected);
    assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(whole.tokenUsage().inputTokenCount()).isEqualTo(4);
    assertThat(whole.tokenUsage().outputTokenCount()).isEqualTo(20);
    StringBuilder pieces = new StringBuilder();
    List<Response<String>> ends = new ArrayList<>();
    new GssStreamingLanguageModel(model, options)
        .generate(
            "once",
            new StreamingResponseHandler<>() {
              @Override
              public void onNext(String piece) {
                pieces.append(piece);
              }

              @Override
              public void onComplete(Response<String> response) {
                ends.add(response);
              }

              @Override
              public void onError(Throwable error) {
                throw new AssertionError(error);
              }
            });
    assertThat(pieces).hasToString(expected);
    assertThat(ends).singleElement().extracting(Response::content).isEqualTo(expected);
  }

  @Test
  void aChatIsItsTemplatesText() {
    String expected = model.generate("user: hello\nassistant: ", options).text();
    assertThat(new GssChatModel(model, options, GssModelsTest::text).chat("hello"))
        .isEqualTo(expected);
    StringBuilder pieces = new StringBuilder();
    List<ChatResponse> ends = new ArrayList<>();
    new GssStreamingChatModel(model, options, GssModelsTest::text)
        .chat(
            "hello",
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(String piece) {
                pieces.append(piece);
              }

              @Override
              public void onCompleteResponse(ChatResponse response) {
                ends.add(response);
              }

              @Override
              public void onError(Throwable error) {
                throw new AssertionError(error);
              }
            });
    assertThat(pieces).hasToString(expected);
    assertThat(ends.get(0).aiMessage().text()).isEqualTo(expected);
  }

  @Test
  void aRequestsOwnParametersCount() {
    GssChatModel chat = new GssChatModel(model, options, GssModelsTest::text);
    ChatResponse response =
        chat.chat(
            ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .maxOutputTokens(7)
                .temperature(0.0)
                .build());
    assertThat(response.aiMessage().text())
        .isEqualTo(
            model
                .generate(
                    "user: hello\nassistant: ",
                    model.options(7, Sampling.seeded(3).withTemperature(0)))
                .text());
    assertThatThrownBy(
            () ->
                chat.chat(
                    ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .toolSpecifications(ToolSpecification.builder().name("tool").build())
                        .build()))
        .hasMessageContaining("texts only");
  }

  @Test
  void anEmbeddingIsTheModelsOwn() {
    GssEmbeddingModel embeddings = new GssEmbeddingModel(model);
    assertThat(embeddings.embed("text").content().vector()).isEqualTo(model.embedding("text"));
    assertThat(embeddings.dimension()).isEqualTo(16);
  }
}
