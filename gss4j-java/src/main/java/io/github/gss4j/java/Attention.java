package io.github.gss4j.java;

import io.github.gss4j.checkpoint.ArrayTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.config.AttentionConfig;
import java.util.List;

/**
 * A Transformer block with local attention: x ← x + W_o attention(LN(x)) + b_o, then the
 * feed-forward part.
 *
 * <p>A head's keys and values lie in a ring of W places, position p at place p mod W. In chunks and
 * sliding alike, what a token may see is then the ring's first places: those of its chunk up to
 * itself, or as many as there are.
 */
record Attention(
    AttentionConfig config,
    LayerNorm norm,
    Matrix toQ,
    Matrix toK,
    Matrix toV,
    Linear toOut,
    FeedForward forward)
    implements Layer {
  @Override
  public int headDim() {
    return toQ.outputs() / config.heads();
  }

  @Override
  public LayerState start() {
    int size = Math.multiplyExact(toQ.outputs(), config.window());
    return new Ring(config, headDim(), new float[size], new float[size]);
  }

  @Override
  public LayerState restore(SavedLayer saved) {
    int kept = config.window() - 1;
    float[] keys = saved.floats(1, config.heads(), kept, headDim());
    float[] values = saved.floats(1, config.heads(), kept, headDim());
    Ring ring = (Ring) start();
    ring.fill(saved.count(), keys, values);
    return ring;
  }

  @Override
  public void run(ForwardPass p, Team.Worker w, int number) {
    float[] n = p.normed(w, norm, p.x());
    int each = toQ.panels();
    int from = w.from(3 * each);
    int to = w.to(3 * each);
    multiply(p, w, toQ, n, p.query(), from, to);
    multiply(p, w, toK, n, p.key(), from - each, to - each);
    multiply(p, w, toV, n, p.value(), from - 2 * each, to - 2 * each);
    w.meet();
    int parts = p.sequences() * config.heads();
    for (int part = w.from(parts); part < w.to(parts); part++) {
      int sequence = part / config.heads();
      Ring ring = (Ring) p.memory(sequence, number);
      for (int row = p.from(sequence); row < p.from(sequence) + p.length(sequence); row++) {
        attend(p, ring, row, part % config.heads(), p.scores(w, config.window()));
      }
    }
    w.meet();
    toOut.addTo(p, w, p.context(), p.stride());
    w.meet();
    forward.run(p, w);
  }

  private static void multiply(
      ForwardPass p, Team.Worker w, Matrix matrix, float[] x, float[] y, int from, int to) {
    int first = Math.max(0, from);
    int last = Math.min(matrix.panels(), to);
    if (first < last) {
      matrix.multiply(p, w.index(), x, p.stride(), p.rows(), y, p.stride(), first, last);
    }
  }

  /** One token of one head. */
  private void attend(ForwardPass p, Ring ring, int row, int head, float[] scores) {
    int d = headDim();
    int window = config.window();
    int at = row * p.stride() + head * d;
    long position = p.position(row);
    int place = (int) (position % window);
    p.rotary().turn(p.query(), at, row);
    p.rotary().turn(p.key(), at, row);
    ring.put(head, place, p.key(), p.value(), at);
    int seen =
        config.windows() == AttentionConfig.Kind.CHUNKS
            ? place + 1
            : (int) Math.min(position + 1, window);
    for (int j = 0; j < seen; j++) {
      scores[j] = 0;
    }
    for (int i = 0; i < d; i++) {
      float q = p.query()[at + i];
      int key = (head * d + i) * window;
      for (int j = 0; j < seen; j++) {
        scores[j] += q * ring.keys[key + j];
      }
    }
    softmax(scores, seen, (float) (1 / Math.sqrt(d)));
    float[] y = p.context();
    for (int i = 0; i < d; i++) {
      y[at + i] = 0;
    }
    for (int j = 0; j < seen; j++) {
      int value = (head * window + j) * d;
      for (int i = 0; i < d; i++) {
        y[at + i] += scores[j] * ring.values[value + i];
      }
    }
  }

  private static void softmax(float[] scores, int count, float scale) {
    float most = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < count; j++) {
      most = Math.max(most, scores[j]);
    }
    double sum = 0;
    for (int j = 0; j < count; j++) {
      scores[j] = (float) Math.exp((scores[j] - most) * scale);
      sum += scores[j];
    }
    float share = (float) (1 / sum);
    for (int j = 0; j < count; j++) {
      scores[j] *= share;
    }
  }

  /** The last W keys and values. */
  private static final class Ring implements LayerState {
    private final AttentionConfig config;
    private final int d;
    private final float[] keys;
    private final float[] values;

    /**
     * A ring.
     *
     * @param keys (heads, d, W)
     * @param values (heads, W, d)
     */
    Ring(AttentionConfig config, int d, float[] keys, float[] values) {
      this.config = config;
      this.d = d;
      this.keys = keys;
      this.values = values;
    }

    void put(int head, int place, float[] key, float[] value, int at) {
      int window = config.window();
      for (int i = 0; i < d; i++) {
        keys[(head * d + i) * window + place] = key[at + i];
      }
      System.arraycopy(value, at, values, (head * window + place) * d, d);
    }

    /** Takes the last W − 1 keys and values, (heads, W − 1, d), the latest last. */
    void fill(long tokens, float[] savedKeys, float[] savedValues) {
      for (int i = 0; i < savedKeys.length; i += d) {
        long place = place(i / d, tokens);
        if (place >= 0) {
          put(i / d / (config.window() - 1), (int) place, savedKeys, savedValues, i);
        }
      }
    }

    /** Where row i of (heads, W − 1) lies; −1 where it is before the first token. */
    private long place(int i, long tokens) {
      int kept = config.window() - 1;
      long position = tokens - kept + i % kept;
      return position < 0 ? -1 : position % config.window();
    }

    @Override
    public LayerState copy() {
      return new Ring(config, d, keys.clone(), values.clone());
    }

    @Override
    public long bytes() {
      return (long) (keys.length + values.length) * Float.BYTES;
    }

    @Override
    public List<TensorData> tensors(long tokens) {
      int window = config.window();
      int kept = window - 1;
      float[] outKeys = new float[config.heads() * kept * d];
      float[] outValues = new float[outKeys.length];
      for (int at = 0; at < outKeys.length; at += d) {
        int head = at / d / kept;
        long place = place(at / d, tokens);
        for (int i = 0; i < d && place >= 0; i++) {
          outKeys[at + i] = keys[(head * d + i) * window + (int) place];
          outValues[at + i] = values[(head * window + (int) place) * d + i];
        }
      }
      long[] shape = {1, config.heads(), kept, d};
      return List.of(
          ArrayTensor.of(outKeys, shape),
          ArrayTensor.of(outValues, shape),
          ArrayTensor.of(new long[] {tokens}, 1));
    }
  }
}
