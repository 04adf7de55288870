package io.github.gss4j.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import java.util.List;
import java.util.function.Function;

/** A {@link ChatModel} in process. */
public final class GssChatModel implements ChatModel {
  private final ChatWriter writer;

  /**
   * A model that writes so.
   *
   * @param options as {@link GssModel#options} makes them
   * @param template makes one text of messages, and of what the model's next one begins with
   */
  public GssChatModel(
      GssModel model, GenerationOptions options, Function<List<ChatMessage>, String> template) {
    this.writer = new ChatWriter(model, options, template);
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return writer.answer(request, piece -> {});
  }
}
