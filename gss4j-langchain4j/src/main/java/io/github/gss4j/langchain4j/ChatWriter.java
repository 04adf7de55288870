package io.github.gss4j.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Answers chats.
 *
 * @param options where a request does not say otherwise
 * @param template makes one text of messages, and of what the model's next one begins with
 */
record ChatWriter(
    GssModel model, GenerationOptions options, Function<List<ChatMessage>, String> template) {
  /**
   * Answers a request.
   *
   * @param piece is given each piece of the text
   */
  ChatResponse answer(ChatRequest request, Consumer<String> piece) {
    String prompt = template.apply(request.messages());
    Writing writing = Writing.of(model, prompt, with(request.parameters()), piece);
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(writing.text()))
        .tokenUsage(writing.usage())
        .finishReason(writing.reason())
        .build();
  }

  /** The options with what a request says instead. */
  private GenerationOptions with(ChatRequestParameters parameters) {
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
