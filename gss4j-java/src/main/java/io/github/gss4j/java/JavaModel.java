package io.github.gss4j.java;

import io.github.gss4j.checkpoint.StoredFingerprint;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.SequenceState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A model in arrays. */
final class JavaModel implements InferenceModel {
  /** Logits that are made at once where those of many tokens are wanted. */
  private static final int LOGITS = 1 << 22;

  private final StoredModel stored;
  private final ModelConfig config;
  private final Supplier<Kernels> kernels;
  private final Team team;
  private final Embedding embedding;
  private final List<Layer> layers;
  private final LayerNorm headNorm;
  private final Matrix head;
  private final Deque<ForwardPass> passes = new ArrayDeque<>();
  private final int headDim;

  /** The longest text it reads. */
  private final long maxSeqLen;

  private final boolean widens;
  private final long bytes;
  private String fingerprint;

  JavaModel(StoredModel stored, Weights weights, Supplier<Kernels> kernels, int threads) {
    this.stored = stored;
    this.config = stored.config();
    this.kernels = kernels;
    this.layers = new Layers(weights, config).all();
    this.headNorm = config.finalNorm() ? weights.norm("to_logits.0") : null;
    this.head = weights.head(config);
    this.embedding = config.tieEmbeddings() ? head::row : weights.embedding("token_emb.weight");
    this.maxSeqLen =
        config.maxSeqLen().isPresent() ? config.maxSeqLen().getAsInt() : Long.MAX_VALUE;
    this.bytes = weights.bytes();
    this.widens = weights.dtype() != Weights.Dtype.FLOAT32;
    this.team = new Team(threads);
    this.headDim = layers.stream().mapToInt(Layer::headDim).max().orElse(0);
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public synchronized String fingerprint() {
    if (fingerprint == null) {
      fingerprint = StoredFingerprint.of(stored);
    }
    return fingerprint;
  }

  @Override
  public SequenceState start() {
    return new JavaState(this, 0, layers.stream().map(Layer::start).toArray(LayerState[]::new));
  }

  @Override
  public SequenceState restore(long tokens, Map<String, StoredTensor> tensors) {
    LayerState[] memory = new LayerState[layers.size()];
    int used = 0;
    for (int i = 0; i < memory.length; i++) {
      SavedLayer saved = new SavedLayer(tensors, i);
      memory[i] = layers.get(i).restore(saved);
      used += saved.used();
    }
    if (used != tensors.size()) {
      throw new IllegalArgumentException(
          "has " + tensors.size() + " tensors, expected " + used + " for this model's layers");
    }
    return new JavaState(this, tokens, memory);
  }

  @Override
  public Rows rows() {
    return new JavaRows(this);
  }

  /** Refuses tokens that cannot be read, before anything is changed. */
  void check(long tokens, int[] ids) {
    if (ids.length == 0) {
      throw new IllegalArgumentException("there are no tokens to read, expected at least one");
    }
    config.checkIds(ids);
    checkRoom(tokens, ids.length);
  }

  /** Refuses a text that is longer than the model reads. */
  void checkRoom(long tokens, int more) {
    if (tokens + more > maxSeqLen) {
      throw new IllegalArgumentException(
          "a dynamic convolution was given "
              + more
              + " tokens after "
              + tokens
              + ", expected at most max_seq_len = "
              + maxSeqLen
              + " in all: its memory grows with the history; cut the text, or raise max_seq_len");
    }
  }

  /** A pass for one caller, until it gives it back. */
  ForwardPass borrow() {
    synchronized (passes) {
      ForwardPass pass = passes.poll();
      return pass == null ? new ForwardPass(this) : pass;
    }
  }

  void giveBack(ForwardPass pass) {
    pass.clear();
    synchronized (passes) {
      passes.push(pass);
    }
  }

  Kernels kernels() {
    return kernels.get();
  }

  Team team() {
    return team;
  }

  List<Layer> layers() {
    return layers;
  }

  LayerNorm headNorm() {
    return headNorm;
  }

  Matrix head() {
    return head;
  }

  void embed(int id, float[] into, int at) {
    embedding.row(id, into, at);
  }

  /** Of how many tokens logits are made at once. */
  int mostHeads() {
    return Math.max(8, Math.min(ForwardPass.MOST_ROWS, LOGITS / config.numTokens()));
  }

  /** Whether weights are kept in less than float32. */
  boolean widens() {
    return widens;
  }

  /** The widest of what is not as wide as the gated space. */
  int narrow() {
    return config.layers().stream()
        .flatMap(layer -> layer.mixer(config.dim()).stream())
        .mapToInt(MixerConfig::channels)
        .reduce(config.dim(), Math::max);
  }

  /** The width of an attention head; 0 where there is none. */
  int headDim() {
    return headDim;
  }

  @Override
  public void close() {
    team.close();
  }
}
