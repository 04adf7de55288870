package io.github.gss4j.java;

import java.util.Arrays;

/**
 * Some tokens of some sequences on their way through a model, and the memory this takes. Rows are
 * tokens, a sequence's own side by side; every row comes out as it would alone.
 */
final class ForwardPass implements Team.Work {
  /** So many rows at a time: what they need stays in the cache. */
  static final int MOST_ROWS = 128;

  private final JavaModel model;
  private final int stride;
  private final int wideStride;
  private final int logitStride;

  private int rows;
  private int sequences;
  private int headRows;
  private int capacity;
  private int headCapacity;

  private JavaState[] states = new JavaState[1];
  private int[] from = new int[1];
  private int[] length = new int[1];

  private int[] ids;
  private int[] sequenceOf;
  private int[] headRow = new int[0];
  private float[] x;
  private float[] normed;
  private float[] value;
  private float[] context;
  private float[] key;
  private float[] query;
  private float[] out;
  private float[] wide;
  private float[] gate;
  private Rotary rotary;
  private float[] logits;

  private final float[][] own;
  private final float[][] scores;
  private final float[][] scratch;

  ForwardPass(JavaModel model) {
    this.model = model;
    this.stride = Kernels.padded(model.narrow());
    this.wideStride = Kernels.padded(model.config().innerDim());
    this.logitStride = Kernels.padded(model.config().numTokens());
    int workers = model.team().size();
    this.own = new float[workers][stride];
    this.scores = new float[workers][];
    this.scratch = new float[workers][];
  }

  /** Empties it for its next use. */
  ForwardPass clear() {
    rows = 0;
    sequences = 0;
    headRows = 0;
    Arrays.fill(states, null);
    return this;
  }

  /**
   * Adds tokens of a sequence.
   *
   * @param first the first of them in {@code tokens}
   * @param heads after how many of them, the last ones, logits are wanted
   */
  void add(JavaState state, int[] tokens, int first, int count, int heads) {
    makeRoom(rows + count, headRows + heads);
    state.prepare(count);
    states[sequences] = state;
    from[sequences] = rows;
    length[sequences] = count;
    for (int i = 0; i < count; i++) {
      ids[rows] = tokens[first + i];
      sequenceOf[rows] = sequences;
      if (i >= count - heads) {
        headRow[headRows++] = rows;
      }
      rows++;
    }
    sequences++;
  }

  private void makeRoom(int needed, int neededHeads) {
    if (needed > capacity) {
      capacity = needed == 1 ? 1 : Math.max(needed, 8);
      ids = copy(ids);
      sequenceOf = copy(sequenceOf);
      x = new float[capacity * stride];
      normed = new float[capacity * stride];
      value = new float[capacity * stride];
      context = new float[capacity * stride];
      out = new float[capacity * stride];
      wide = new float[capacity * wideStride];
      gate = new float[capacity * wideStride];
      if (model.headDim() > 0) {
        key = new float[capacity * stride];
        query = new float[capacity * stride];
        rotary = new Rotary(model.headDim(), capacity);
      }
    }
    if (neededHeads > headCapacity) {
      headCapacity = neededHeads;
      headRow = Arrays.copyOf(headRow, neededHeads);
      logits = new float[neededHeads * logitStride];
    }
    if (sequences == states.length) {
      states = Arrays.copyOf(states, 2 * sequences);
      from = Arrays.copyOf(from, 2 * sequences);
      length = Arrays.copyOf(length, 2 * sequences);
    }
  }

  private int[] copy(int[] before) {
    return before == null ? new int[capacity] : Arrays.copyOf(before, capacity);
  }

  /** Reads what was added: the states have read it then. */
  void run() {
    model.team().run(this);
    for (int i = 0; i < sequences; i++) {
      states[i].advance(length[i]);
    }
  }

  @Override
  public void run(Team.Worker w) {
    for (int row = w.from(rows); row < w.to(rows); row++) {
      model.embed(ids[row], x, row * stride);
      if (model.headDim() > 0) {
        rotary.set(row, position(row));
      }
    }
    w.meet();
    for (int i = 0; i < model.layers().size(); i++) {
      model.layers().get(i).run(this, w, i);
    }
    if (headRows > 0) {
      Matrix head = model.head();
      head.multiply(
          this,
          w.index(),
          headInput(w),
          stride,
          headRows,
          logits,
          logitStride,
          w.from(head.panels()),
          w.to(head.panels()));
    }
  }

  /** What the head reads: one row a logit row. */
  private float[] headInput(Team.Worker w) {
    if (rows == 1) {
      return model.headNorm() == null ? x : normed(w, model.headNorm(), x);
    }
    for (int i = w.from(headRows); i < w.to(headRows); i++) {
      if (model.headNorm() == null) {
        System.arraycopy(x, headRow[i] * stride, normed, i * stride, stride);
      } else {
        model.headNorm().apply(x, headRow[i] * stride, normed, i * stride);
      }
    }
    w.meet();
    return normed;
  }

  /**
   * Normalised rows. Of one row each worker makes its own, which is sooner done than meeting; of
   * many each makes its share.
   */
  float[] normed(Team.Worker w, LayerNorm norm, float[] in) {
    if (rows == 1) {
      norm.apply(in, 0, own[w.index()], 0);
      return own[w.index()];
    }
    for (int row = w.from(rows); row < w.to(rows); row++) {
      norm.apply(in, row * stride, normed, row * stride);
    }
    w.meet();
    return normed;
  }

  /** Writes one row into an array. */
  interface RowSource {
    /** Writes it from {@code at} on. */
    void write(int row, float[] into, int at);
  }

  /** Normalised rows that a source writes. */
  float[] normed(Team.Worker w, LayerNorm norm, RowSource source) {
    if (rows == 1) {
      source.write(0, own[w.index()], 0);
      norm.apply(own[w.index()], 0, own[w.index()], 0);
      return own[w.index()];
    }
    for (int row = w.from(rows); row < w.to(rows); row++) {
      source.write(row, normed, row * stride);
      norm.apply(normed, row * stride, normed, row * stride);
    }
    w.meet();
    return normed;
  }

  /** y ← gelu(in Wᵀ), some panels of it. */
  void gelu(Team.Worker w, Matrix matrix, float[] in, float[] y, int yStride, int first, int last) {
    if (first < last) {
      matrix.multiply(this, w.index(), in, stride, rows, y, yStride, first, last);
      gelu(y, yStride, first, last);
    }
  }

  /** y ← gelu(y), some panels of it. */
  void gelu(float[] y, int yStride, int first, int last) {
    for (int row = 0; row < rows; row++) {
      kernels().gelu(y, row * yStride + first * Kernels.PANEL, (last - first) * Kernels.PANEL);
    }
  }

  /** The logits of row i of those that were wanted. */
  void logits(int i, float[] into) {
    System.arraycopy(logits, i * logitStride, into, 0, model.config().numTokens());
  }

  /** The hidden vector of a row. */
  void hidden(int row, float[] into) {
    System.arraycopy(x, row * stride, into, 0, into.length);
  }

  Kernels kernels() {
    return model.kernels();
  }

  int rows() {
    return rows;
  }

  int sequences() {
    return sequences;
  }

  /** The first row of a sequence. */
  int from(int sequence) {
    return from[sequence];
  }

  /** How many rows a sequence has. */
  int length(int sequence) {
    return length[sequence];
  }

  /** The sequence of a row. */
  int sequence(int row) {
    return sequenceOf[row];
  }

  /** Where a row's token stands in its text, from 0. */
  long position(int row) {
    int sequence = sequenceOf[row];
    return states[sequence].tokens() + row - from[sequence];
  }

  /** What a layer remembers of a sequence. */
  LayerState memory(int sequence, int layer) {
    return states[sequence].memory(layer);
  }

  /** From one row to the next, in all but the wide ones. */
  int stride() {
    return stride;
  }

  int wideStride() {
    return wideStride;
  }

  float[] x() {
    return x;
  }

  float[] value() {
    return value;
  }

  float[] context() {
    return context;
  }

  float[] key() {
    return key;
  }

  float[] query() {
    return query;
  }

  float[] out() {
    return out;
  }

  float[] wide() {
    return wide;
  }

  float[] gate() {
    return gate;
  }

  Rotary rotary() {
    return rotary;
  }

  /** A worker's own room for attention's scores. */
  float[] scores(Team.Worker w, int count) {
    float[] mine = scores[w.index()];
    if (mine == null || mine.length < count) {
      mine = new float[count];
      scores[w.index()] = mine;
    }
    return mine;
  }

  /** A worker's own room to widen weights in; null where all are in float32. */
  float[] scratch(int worker) {
    if (scratch[worker] == null && model.widens()) {
      scratch[worker] = new float[Kernels.SCRATCH];
    }
    return scratch[worker];
  }
}
