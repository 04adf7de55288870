package io.github.gss4j.serve;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A model that writes what it is told: of a prompt that ends in the last id of the vocabulary, the
 * tokens before it.
 */
public final class ScriptEngine implements Engine {
  @Override
  public String name() {
    return "script";
  }

  @Override
  public int priority() {
    return -100;
  }

  @Override
  public InferenceModel load(StoredModel stored, EngineOptions options) {
    return new Model(stored.config());
  }

  private record Model(ModelConfig config) implements InferenceModel {
    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public String fingerprint() {
      return "00";
    }

    @Override
    public SequenceState start() {
      return new State(config.numTokens(), new int[0]);
    }

    @Override
    public SequenceState restore(long tokens, Map<String, StoredTensor> tensors) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Rows rows() {
      return new States();
    }

    @Override
    public void close() {}
  }

  private static final class State implements SequenceState {
    private final int vocabulary;
    private int[] read;

    State(int vocabulary, int[] read) {
      this.vocabulary = vocabulary;
      this.read = read;
    }

    @Override
    public long tokens() {
      return read.length;
    }

    @Override
    public long bytes() {
      return 100;
    }

    @Override
    public void read(int[] ids, float[] logits) {
      int before = read.length;
      read = Arrays.copyOf(read, before + ids.length);
      System.arraycopy(ids, 0, read, before, ids.length);
      if (logits != null) {
        Arrays.fill(logits, 0);
        logits[next()] = 100;
      }
    }

    private int next() {
      int end = 0;
      while (end < read.length && read[end] != vocabulary - 1) {
        end++;
      }
      int at = read.length - end - 1;
      return at >= 0 && at < end ? read[at] : 0;
    }

    @Override
    public Scores score(int[] ids, int[] targets, int top) {
      throw new UnsupportedOperationException();
    }

    @Override
    public float[][] logits(int[] ids) {
      throw new UnsupportedOperationException();
    }

    @Override
    public float[][] hidden(int[] ids) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SequenceState fork() {
      return new State(vocabulary, read);
    }

    @Override
    public Map<String, TensorData> tensors() {
      return Map.of();
    }

    @Override
    public void close() {}
  }

  private static final class States implements Rows {
    private final List<SequenceState> states = new ArrayList<>();

    @Override
    public void add(List<SequenceState> added) {
      states.addAll(added);
    }

    @Override
    public List<SequenceState> remove(int... rows) {
      List<SequenceState> removed = new ArrayList<>();
      for (int i = rows.length - 1; i >= 0; i--) {
        removed.add(0, states.remove(rows[i]));
      }
      return removed;
    }

    @Override
    public SequenceState fork(int row) {
      return states.get(row).fork();
    }

    @Override
    public void step(int[] tokens, float[][] logits) {
      for (int i = 0; i < tokens.length; i++) {
        states.get(i).read(new int[] {tokens[i]}, logits[i]);
      }
    }

    @Override
    public List<Scores> score(int[][] ids, int[][] targets, int top) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
