package io.github.gss4j.java;

import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the layers remember of one sequence. */
final class JavaState implements SequenceState {
  private final JavaModel model;
  private LayerState[] layers;
  private long tokens;

  JavaState(JavaModel model, long tokens, LayerState[] layers) {
    this.model = model;
    this.tokens = tokens;
    this.layers = layers;
  }

  private LayerState[] layers() {
    if (layers == null) {
      throw new IllegalStateException("the state is closed");
    }
    return layers;
  }

  LayerState memory(int layer) {
    return layers[layer];
  }

  /** Makes room for what is about to be read. */
  void prepare(int count) {
    for (LayerState layer : layers()) {
      layer.prepare(tokens, count);
    }
  }

  /** It has read some more. */
  void advance(int count) {
    tokens += count;
  }

  @Override
  public long tokens() {
    return tokens;
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (LayerState layer : layers()) {
      bytes += layer.bytes();
    }
    return bytes;
  }

  /** What is done with a part of what was read. */
  private interface Use {
    /**
     * Takes a part.
     *
     * @param pass that has read it
     * @param at the number of its first token
     */
    void part(ForwardPass pass, int at, int count);
  }

  /**
   * Reads tokens a part at a time.
   *
   * @param heads whether logits are wanted of all tokens, the last, or none
   */
  private void read(int[] ids, Heads heads, Use use) {
    layers();
    model.check(tokens, ids);
    ForwardPass pass = model.borrow();
    try {
      int most = heads == Heads.ALL ? model.mostHeads() : ForwardPass.MOST_ROWS;
      for (int at = 0; at < ids.length; at += most) {
        int count = Math.min(most, ids.length - at);
        boolean last = at + count == ids.length;
        int wanted = heads == Heads.ALL ? count : heads == Heads.LAST && last ? 1 : 0;
        pass.clear().add(this, ids, at, count, wanted);
        pass.run();
        use.part(pass, at, count);
      }
    } finally {
      model.giveBack(pass);
    }
  }

  private enum Heads {
    NONE,
    LAST,
    ALL
  }

  @Override
  public void read(int[] ids, float[] logits) {
    read(
        ids,
        logits == null ? Heads.NONE : Heads.LAST,
        (pass, at, count) -> {
          if (logits != null && at + count == ids.length) {
            pass.logits(0, logits);
          }
        });
  }

  @Override
  public Scores score(int[] ids, int[] targets, int top) {
    List<Scores> scores = new ArrayList<>();
    float[] row = new float[model.config().numTokens()];
    read(
        ids,
        Heads.ALL,
        (pass, at, count) -> {
          for (int i = 0; i < count; i++) {
            pass.logits(i, row);
            scores.add(Scores.of(row, targets[at + i], top));
          }
        });
    return Scores.join(scores);
  }

  @Override
  public float[][] logits(int[] ids) {
    float[][] logits = new float[ids.length][model.config().numTokens()];
    read(
        ids,
        Heads.ALL,
        (pass, at, count) -> {
          for (int i = 0; i < count; i++) {
            pass.logits(i, logits[at + i]);
          }
        });
    return logits;
  }

  @Override
  public float[][] hidden(int[] ids) {
    float[][] hidden = new float[ids.length][model.config().dim()];
    read(
        ids,
        Heads.NONE,
        (pass, at, count) -> {
          for (int i = 0; i < count; i++) {
            pass.hidden(i, hidden[at + i]);
          }
        });
    return hidden;
  }

  @Override
  public JavaState fork() {
    LayerState[] copies = new LayerState[layers().length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = layers[i].copy();
    }
    return new JavaState(model, tokens, copies);
  }

  @Override
  public Map<String, TensorData> tensors() {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (int i = 0; i < layers().length; i++) {
      List<TensorData> memory = layers[i].tensors(tokens);
      for (int k = 0; k < memory.size(); k++) {
        tensors.put("layers." + i + "." + k, memory.get(k));
      }
    }
    return tensors;
  }

  @Override
  public void close() {
    if (layers != null) {
      for (LayerState layer : layers) {
        layer.close();
      }
      layers = null;
    }
  }
}
