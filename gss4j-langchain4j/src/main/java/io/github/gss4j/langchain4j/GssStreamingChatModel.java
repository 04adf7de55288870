package io.github.gss4j.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import java.util.List;
import java.util.function.Function;

/** A {@link StreamingChatModel} in process; on the caller's thread. */
public final class GssStreamingChatModel implements StreamingChatModel {
  private final ChatWriter writer;

  /**
   * A model that writes so.
   *
   * @param options as {@link GssModel#options} makes them
   * @param template makes one text of messages, and of what the model's next one begins with
   */
  public GssStreamingChatModel(
      GssModel model, GenerationOptions options, Function<List<ChatMessage>, String> template) {
    this.writer = new ChatWriter(model, options, template);
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    ChatResponse response;
    try {
      response = writer.answer(request, handler::onPartialResponse);
    } catch (RuntimeException e) {
      handler.onError(e);
      return;
    }
    handler.onCompleteResponse(response);
  }
}
