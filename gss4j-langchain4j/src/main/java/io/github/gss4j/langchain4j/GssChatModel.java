package io.github.gss4j.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import java.util.List;
import java.util.function.Function;

/** A {@link ChatModel} in process. */
public final class GssChatModel implements ChatModel {
  private final GssModel model;
  private final GenerationOptions options;
  private final Function<List<ChatMessage>, String> template;

  /**
   * A model that writes so.
   *
   * @param options as {@link GssModel#options} makes them
   * @param template makes one text of messages, and of what the model's next one begins with
   */
  public GssChatModel(
      GssModel model, GenerationOptions options, Function<List<ChatMessage>, String> template) {
    this.model = model;
    this.options = options;
    this.template = template;
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    Writing writing =
        Writing.of(
            model,
            template.apply(request.messages()),
            with(options, request.parameters()),
            piece -> {});
    return response(writing);
  }

  static ChatResponse response(Writing writing) {
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(writing.text()))
        .tokenUsage(writing.usage())
        .finishReason(writing.reason())
        .build();
  }

  /** The options with what a request says instead. */
  static GenerationOptions with(GenerationOptions options, ChatRequestParameters parameters) {
    if (parameters.toolSpecifications() != null && !parameters.toolSpecifications().isEmpty()) {
      throw new UnsupportedFeatureException("the model writes texts only: ask without tools");
    }
    Sampling sampling = options.sampling();
    if (parameters.temperature() != null) {
      sampling = sampling.withTemperature(parameters.temperature());
    }
    if (parameters.topP() != null) {
      sampling = sampling.withTopP(parameters.topP());
    }
    if (parameters.topK() != null) {
      sampling = sampling.withTopK(parameters.topK());
    }
    if (parameters.presencePenalty() != null || parameters.frequencyPenalty() != null) {
      sampling =
          sampling.withPenalties(
              orZero(parameters.presencePenalty()), orZero(parameters.frequencyPenalty()));
    }
    int most =
        parameters.maxOutputTokens() == null
            ? options.maxNewTokens()
            : parameters.maxOutputTokens();
    List<String> stop =
        parameters.stopSequences() == null || parameters.stopSequences().isEmpty()
            ? options.stop()
            : parameters.stopSequences();
    return GenerationOptions.of(most, sampling).withEndToken(options.endToken()).withStop(stop);
  }

  private static double orZero(Double value) {
    return value == null ? 0 : value;
  }
}
