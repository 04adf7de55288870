package io.github.gss4j.langchain4j;

import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.language.StreamingLanguageModel;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;

/** A {@link StreamingLanguageModel} in process; on the caller's thread. */
public final class GssStreamingLanguageModel implements StreamingLanguageModel {
  private final GssModel model;
  private final GenerationOptions options;

  /**
   * A model that writes so.
   *
   * @param options as {@link GssModel#options} makes them
   */
  public GssStreamingLanguageModel(GssModel model, GenerationOptions options) {
    this.model = model;
    this.options = options;
  }

  @Override
  public void generate(String prompt, StreamingResponseHandler<String> handler) {
    Writing writing;
    try {
      writing = Writing.of(model, prompt, options, handler::onNext);
    } catch (RuntimeException e) {
      handler.onError(e);
      return;
    }
    handler.onComplete(writing.response());
  }
}
