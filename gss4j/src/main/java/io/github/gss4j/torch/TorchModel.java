package io.github.gss4j.torch;

import io.github.gss4j.checkpoint.StoredFingerprint;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.Fingerprint;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A {@link LanguageModel} as engines have it. Keeps what the recurrent form derives from the
 * weights, so make a new one when they have changed.
 */
public final class TorchModel implements InferenceModel {
  /** Logits are made for some tokens at a time: numbers of a slice of them. */
  private static final long SLICE = 1 << 24;

  private static final long IGNORED = -100;

  private final LanguageModel model;
  private final boolean owns;

  /** The file that the weights were read from; null where they were not. */
  private final StoredModel stored;

  private final LanguageModel.Constants constants;
  private String fingerprint;
  private String inMemory;

  private TorchModel(LanguageModel model, boolean owns, StoredModel stored) {
    this.model = model;
    this.owns = owns;
    this.stored = stored;
    try (PointerScope scope = new PointerScope()) {
      this.constants = model.constants().keep();
    }
  }

  /** A model that is freed with this. */
  public static TorchModel owning(LanguageModel model) {
    return new TorchModel(model, true, null);
  }

  /** A model that was read from a file, and is freed with this. */
  static TorchModel owning(LanguageModel model, StoredModel stored) {
    return new TorchModel(model, true, stored);
  }

  /** A model that stays its owner's. */
  public static TorchModel of(LanguageModel model) {
    return new TorchModel(model, false, null);
  }

  /** The model in libtorch's memory. */
  public LanguageModel languageModel() {
    return model;
  }

  @Override
  public ModelConfig config() {
    return model.config();
  }

  @Override
  public long bytes() {
    return model.parameters().stream().mapToLong(Parameter::bytes).sum();
  }

  @Override
  public synchronized String fingerprint() {
    if (fingerprint == null) {
      fingerprint = stored == null ? inMemory() : StoredFingerprint.of(stored);
    }
    return fingerprint;
  }

  /**
   * Earlier versions took the fingerprint of the weights in memory, in the dtype they had there.
   */
  @Override
  public boolean accepts(String other) {
    return other.equals(fingerprint()) || other.equals(inMemory());
  }

  private synchronized String inMemory() {
    if (inMemory == null) {
      inMemory = Fingerprint.of(model);
    }
    return inMemory;
  }

  @Override
  public SequenceState start() {
    try (PointerScope scope = new PointerScope()) {
      return new TorchState(this, model.initialState(1));
    }
  }

  @Override
  public SequenceState restore(long tokens, Map<String, StoredTensor> tensors) {
    try (PointerScope scope = new PointerScope()) {
      return new TorchState(this, StateTensors.restore(model, tokens, tensors));
    }
  }

  @Override
  public Rows rows() {
    return new TorchRows(this);
  }

  /** Reads tokens; the caller's scope owns the result. */
  LanguageModel.Output read(int[][] ids, ModelState state) {
    return model.read(ids(ids), state, constants);
  }

  /** (B, L) ids on the model's device. */
  private Tensor ids(int[][] ids) {
    long[] flat = Arrays.stream(ids).flatMapToInt(Arrays::stream).asLongStream().toArray();
    return Tensors.of(flat, ids.length, ids[0].length).to(model.device(), ScalarType.Long);
  }

  /**
   * The logits of hidden vectors, into arrays.
   *
   * @param hidden (rows, D)
   * @param into (rows, vocabulary)
   */
  void logits(Tensor hidden, float[][] into) {
    int size = model.config().numTokens();
    int step = sliceTokens();
    for (int from = 0; from < into.length; from += step) {
      int start = from;
      int count = Math.min(step, into.length - from);
      Scopes.run(
          () -> {
            Tensor rows = hidden.narrow(0, start, count);
            float[] all = Tensors.toFloats(Scopes.withoutGradient(() -> model.head(rows)));
            for (int i = 0; i < count; i++) {
              System.arraycopy(all, i * size, into[start + i], 0, size);
            }
          });
    }
  }

  private int sliceTokens() {
    return (int) Math.max(1, SLICE / model.config().numTokens());
  }

  /**
   * Scores of targets by the hidden vectors before them.
   *
   * @param hidden (rows, L, D)
   * @param targets (rows, L)
   */
  List<Scores> scores(Tensor hidden, int[][] targets, int top) {
    Tensor vectors = hidden.flatten(0, 1); // (rows · L, D)
    int[] wanted = Arrays.stream(targets).flatMapToInt(Arrays::stream).toArray();
    double[] logProbabilities = new double[wanted.length];
    List<List<Scores.Likely>> likely = new ArrayList<>();
    int step = sliceTokens();
    for (int from = 0; from < wanted.length; from += step) {
      int start = from;
      int[] slice = Arrays.copyOfRange(wanted, from, Math.min(wanted.length, from + step));
      Scopes.run(
          () -> {
            Tensor logits =
                Scopes.withoutGradient(() -> model.head(vectors.narrow(0, start, slice.length)));
            System.arraycopy(
                logProbabilities(logits, slice), 0, logProbabilities, start, slice.length);
            likely.addAll(likeliest(logits, top));
          });
    }
    int length = targets[0].length;
    List<Scores> rows = new ArrayList<>();
    for (int at = 0; at < wanted.length; at += length) {
      rows.add(
          new Scores(
              Arrays.copyOfRange(logProbabilities, at, at + length),
              likely.subList(at, at + length)));
    }
    return rows;
  }

  private double[] logProbabilities(Tensor logits, int[] targets) {
    long[] wanted = Arrays.stream(targets).mapToLong(id -> id < 0 ? IGNORED : id).toArray();
    double[] losses =
        Tensors.toDoubles(
            torch.cross_entropy_loss(
                logits,
                Tensors.of(wanted, wanted.length).to(model.device(), ScalarType.Long),
                new TensorOptional(),
                torch.Reduction.None.value,
                IGNORED,
                0.0));
    double[] scores = new double[losses.length];
    Arrays.setAll(scores, i -> targets[i] < 0 ? Double.NaN : -losses[i]);
    return scores;
  }

  private List<List<Scores.Likely>> likeliest(Tensor logits, int top) {
    int places = Math.toIntExact(logits.size(0));
    if (top == 0) {
      return Collections.nCopies(places, List.of());
    }
    int most = Math.min(top, model.config().numTokens());
    var best = torch.topk(torch.log_softmax(logits, -1), most);
    double[] values = Tensors.toDoubles(best.get0());
    long[] ids = Tensors.toLongs(best.get1());
    List<List<Scores.Likely>> likely = new ArrayList<>();
    for (int place = 0; place < places; place++) {
      List<Scores.Likely> likeliest = new ArrayList<>();
      for (int i = place * most; i < (place + 1) * most; i++) {
        likeliest.add(new Scores.Likely((int) ids[i], values[i]));
      }
      likely.add(likeliest);
    }
    return likely;
  }

  /** Vectors as arrays, (L, n). */
  static float[][] rows(Tensor vectors) {
    float[] all = Tensors.toFloats(vectors);
    int width = Math.toIntExact(vectors.size(-1));
    float[][] rows = new float[all.length / width][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * width, (i + 1) * width));
    return rows;
  }

  @Override
  public void close() {
    constants.release();
    if (owns) {
      model.close();
    }
  }
}
