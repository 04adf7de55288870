package io.github.gss4j.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import java.util.List;
import java.util.function.Function;

/** A {@link StreamingChatModel} in process; continues the caller's thread. */
public final class GssStreamingChatModel implements StreamingChatModel {
  private final GssModel model;
  private final GenerationOptions options;
  private final Function<List<ChatMessage>, String> template;

  /**
   * A model that writes so.
   *
   * @param options as {@link GssModel#options} makes them
   * @param template makes one text of messages, and of what the model's next one begins with
   */
  public GssStreamingChatModel(
      GssModel model, GenerationOptions options, Function<List<ChatMessage>, String> template) {
    this.model = model;
    this.options = options;
    this.template = template;
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    Writing writing;
    try {
      writing =
          Writing.of(
              model,
              template.apply(request.messages()),
              GssChatModel.with(options, request.parameters()),
              handler::onPartialResponse);
    } catch (RuntimeException e) {
      handler.onError(e);
      return;
    }
    handler.onCompleteResponse(GssChatModel.response(writing));
  }
}
