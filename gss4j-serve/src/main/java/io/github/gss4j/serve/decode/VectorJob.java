package io.github.gss4j.serve.decode;

import io.github.gss4j.generation.Session;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A text as one vector: its tokens' final hidden vectors, pooled. */
public final class VectorJob extends Job {
  private final Pooling pooling;
  private final CompletableFuture<float[]> vector = new CompletableFuture<>();
  private double[] sum;
  private float[] last;

  /** How the vectors of tokens become one. */
  public enum Pooling {
    /** Their mean. */
    MEAN,
    /** The last token's. */
    LAST
  }

  /** A job of at least one token. */
  public VectorJob(int[] text, Pooling pooling) {
    super(text, Optional.empty());
    this.pooling = pooling;
  }

  /** The vector, (D); completed on the decode thread. */
  public CompletableFuture<float[]> vector() {
    return vector;
  }

  @Override
  boolean mayReuse() {
    return false;
  }

  @Override
  void read(Session session, int[] slice) {
    for (float[] hidden : session.hidden(slice)) {
      if (sum == null) {
        sum = new double[hidden.length];
      }
      for (int i = 0; i < sum.length; i++) {
        sum[i] += hidden[i];
      }
      last = hidden;
    }
  }

  @Override
  void begin(Session session, int cachedTokens, DecodeLoop loop) {
    session.close();
    loop.end(this, failure());
    if (pooling == Pooling.MEAN) {
      for (int i = 0; i < sum.length; i++) {
        last[i] = (float) (sum[i] / prompt().length);
      }
    }
    vector.complete(last);
  }

  @Override
  void failed(RuntimeException error) {
    vector.completeExceptionally(error);
  }
}
