package io.github.gss4j.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gss4j.GssModel;
import java.util.ArrayList;
import java.util.List;

/**
 * An {@link EmbeddingModel} in process: the mean of the final hidden vectors of a text's tokens.
 */
public final class GssEmbeddingModel implements EmbeddingModel {
  private final GssModel model;

  /** A model's vectors. */
  public GssEmbeddingModel(GssModel model) {
    this.model = model;
  }

  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    List<Embedding> vectors = new ArrayList<>();
    int tokens = 0;
    for (TextSegment segment : segments) {
      tokens += model.encode(segment.text()).length;
      vectors.add(Embedding.from(model.embedding(segment.text())));
    }
    return Response.from(vectors, new TokenUsage(tokens));
  }

  @Override
  public int dimension() {
    return model.config().dim();
  }
}
