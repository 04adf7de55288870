package io.github.gss4j.langchain4j;

import dev.langchain4j.model.language.LanguageModel;
import dev.langchain4j.model.output.Response;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;

/** A {@link LanguageModel} in process. */
public final class GssLanguageModel implements LanguageModel {
  private final GssModel model;
  private final GenerationOptions options;

  /**
   * A model that writes so.
   *
   * @param options as {@link GssModel#options} makes them
   */
  public GssLanguageModel(GssModel model, GenerationOptions options) {
    this.model = model;
    this.options = options;
  }

  @Override
  public Response<String> generate(String prompt) {
    return Writing.of(model, prompt, options, piece -> {}).response();
  }
}
