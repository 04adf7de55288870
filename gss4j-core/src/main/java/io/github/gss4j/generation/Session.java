package io.github.gss4j.generation;

import io.github.gss4j.checkpoint.StateFile;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BiFunction;

/**
 * One text that a model has read, to continue from: read more, ask what comes next, write, fork,
 * save. The past is never read again, and what is remembered has a fixed size.
 *
 * <p>Not thread-safe. Owns the memory of its state: close it.
 */
public final class Session implements AutoCloseable {
  /** Tokens are read in blocks of so many, so that memory does not grow with them. */
  static final int BLOCK = 1024;

  private final InferenceModel model;
  private final Tokenizer tokenizer;
  private SequenceState state;
  private float[] logits;
  private OptionalInt pending;

  private Session(
      InferenceModel model,
      Tokenizer tokenizer,
      SequenceState state,
      float[] logits,
      OptionalInt pending) {
    this.model = model;
    this.tokenizer = tokenizer;
    give(state, logits, pending);
  }

  /**
   * A session before the first token.
   *
   * @param tokenizer the model's own; null where only ids are wanted
   */
  public static Session start(InferenceModel model, Tokenizer tokenizer) {
    return new Session(model, tokenizer, model.start(), null, OptionalInt.empty());
  }

  /**
   * A session from a file that {@link #save} wrote.
   *
   * @param tokenizer the model's own; null where only ids are wanted
   * @throws io.github.gss4j.checkpoint.CheckpointException if it is not a valid state of this model
   */
  public static Session load(Path file, InferenceModel model, Tokenizer tokenizer) {
    StateFile saved = StateFile.open(file, model::accepts);
    SequenceState state = saved.restored(model::restore);
    return new Session(model, tokenizer, state, saved.logits(), saved.pending());
  }

  /** A session of a state that is the session's from now on. */
  static Session of(
      InferenceModel model, Tokenizer tokenizer, SequenceState state, float[] logits) {
    return new Session(model, tokenizer, state, logits.clone(), OptionalInt.empty());
  }

  /** Lends the state to a batch; nothing else works until {@link #give}. */
  SequenceState take() {
    SequenceState taken = state();
    state = null;
    return taken;
  }

  /**
   * Takes a state.
   *
   * @param newLogits of what comes next; null where they are not known
   * @param newPending a token that was chosen but not read yet: the first to read next
   */
  final void give(SequenceState newState, float[] newLogits, OptionalInt newPending) {
    state = newState;
    logits = newLogits;
    pending = newPending;
  }

  private SequenceState state() {
    if (state == null) {
      throw new IllegalStateException("the session is closed, or a batch continues from it");
    }
    return state;
  }

  /** How many tokens it holds. */
  public long tokens() {
    return state().tokens() + (pending.isPresent() ? 1 : 0);
  }

  /** How many tokens its state has read. */
  long tokensRead() {
    return state().tokens();
  }

  /** How much memory its state takes, in bytes. */
  public long bytes() {
    return state().bytes();
  }

  /**
   * Reads a text.
   *
   * @throws IllegalStateException if there is no tokenizer
   */
  public void read(String text) {
    read(encode(text));
  }

  /**
   * Reads tokens.
   *
   * @throws IllegalArgumentException if an id is not of the vocabulary
   */
  public void read(int... ids) {
    int[] all = withPending(ids);
    for (int from = 0; from < all.length; from += BLOCK) {
      int to = Math.min(all.length, from + BLOCK);
      readBlock(Arrays.copyOfRange(all, from, to), to == all.length);
    }
  }

  /** Reads some tokens, the pending one being the first of all. */
  void readBlock(int[] block, boolean last) {
    float[] next = last ? new float[model.config().numTokens()] : null;
    state().read(block, next);
    pending = OptionalInt.empty();
    logits = next;
  }

  /**
   * The logits of what comes next, one per token of the vocabulary.
   *
   * @throws IllegalStateException if nothing was read yet
   */
  public float[] logits() {
    if (pending.isPresent()) {
      read();
    }
    if (logits == null) {
      throw new IllegalStateException(
          "nothing was read yet, so nothing says what comes next: read at least one token");
    }
    return logits.clone();
  }

  /** Those logits, null where something must be read first. */
  float[] knownLogits() {
    return logits;
  }

  /**
   * Reads tokens and says how likely each was after all before it.
   *
   * @param top how many of the likeliest tokens to name in each place
   * @return one place a token; the first token of a text has no logarithm (NaN)
   */
  public Scores score(int[] ids, int top) {
    model.config().checkIds(ids);
    List<Scores> parts = new ArrayList<>();
    if (pending.isEmpty() && ids.length > 0) {
      parts.add(
          logits == null
              ? new Scores(new double[] {Double.NaN}, List.of(List.of()))
              : Scores.of(logits, ids[0], top));
    }
    int[] all = withPending(ids);
    for (int from = 0; from < all.length - 1; from += BLOCK) {
      int to = Math.min(all.length - 1, from + BLOCK);
      int[] targets = Arrays.copyOfRange(all, from + 1, to + 1);
      parts.add(state().score(Arrays.copyOfRange(all, from, to), targets, top));
    }
    if (all.length > 0) {
      readBlock(new int[] {all[all.length - 1]}, true);
    }
    return Scores.join(parts);
  }

  /**
   * Reads tokens and gives the logits after each.
   *
   * @return (tokens, vocabulary)
   */
  public float[][] logits(int... ids) {
    return readWhole(ids, SequenceState::logits);
  }

  /**
   * Reads tokens and gives their final hidden vectors.
   *
   * @return (tokens, D)
   */
  public float[][] hidden(int... ids) {
    return readWhole(ids, SequenceState::hidden);
  }

  private float[][] readWhole(int[] ids, BiFunction<SequenceState, int[], float[][]> reader) {
    int[] all = withPending(ids);
    List<float[]> vectors = new ArrayList<>();
    for (int from = 0; from < all.length; from += BLOCK) {
      int[] block = Arrays.copyOfRange(all, from, Math.min(all.length, from + BLOCK));
      vectors.addAll(Arrays.asList(reader.apply(state(), block)));
      pending = OptionalInt.empty();
      logits = null;
    }
    return vectors.subList(all.length - ids.length, all.length).toArray(new float[0][]);
  }

  /** A session of its own that has read the same. */
  public Session fork() {
    float[] own = logits == null ? null : logits.clone(); // rows change theirs in place
    return new Session(model, tokenizer, state().fork(), own, pending);
  }

  /** Writes it to a file, aside first and then renamed: {@link #load} continues from there. */
  public void save(Path file) throws IOException {
    StateFile.save(file, model.fingerprint(), state().tokens(), pending, logits, state().tensors());
  }

  /**
   * Continues, after a text that is read first; the session has then read all that was written.
   *
   * @param more possibly empty, where something was read before
   */
  public Generated generate(String more, GenerationOptions options) {
    return generate(more.isEmpty() ? new int[0] : encode(more), options, DecodingListener.SILENT);
  }

  /**
   * Continues, after tokens that are read first; the session has then read all that was written.
   *
   * @param more possibly none, where something was read before
   * @param listener is called for each token, and can stop
   */
  public Generated generate(int[] more, GenerationOptions options, DecodingListener listener) {
    try (DecodingBatch batch = new DecodingBatch(model, tokenizer, BLOCK)) {
      DecodingRow row = batch.join(this, more, options, listener);
      batch.run();
      return row.result();
    }
  }

  /** Tokens to read next, the pending one first. */
  int[] withPending(int[] ids) {
    model.config().checkIds(ids);
    if (pending.isEmpty()) {
      return ids;
    }
    int[] all = new int[ids.length + 1];
    all[0] = pending.getAsInt();
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  private int[] encode(String text) {
    if (tokenizer == null) {
      throw new IllegalStateException("a text needs the model's tokenizer: give ids instead");
    }
    return tokenizer.encode(text);
  }

  /** Frees the state. */
  @Override
  public void close() {
    if (state != null) {
      state.close();
      state = null;
    }
  }
}
