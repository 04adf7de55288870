package io.github.gss4j.java;

import com.google.auto.service.AutoService;
import io.github.gss4j.checkpoint.ArrayTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.config.DsConvConfig;
import java.util.Arrays;
import java.util.List;

/**
 * A dynamic depthwise convolution; its memory grows with the text.
 *
 * <pre>
 * y_i = Σ_{k≤i} κ_k u_{i−k} + D ⊙ u_i        κ_k = W in_k, one number per head        u = LN(in)
 * </pre>
 */
final class DynamicConvolution implements Mixer {
  private final LayerNorm norm;
  private final Matrix toWeight;
  private final float[] skip;

  /**
   * A convolution.
   *
   * @param toWeight W, (heads, H)
   * @param skip D, (H)
   */
  DynamicConvolution(LayerNorm norm, Matrix toWeight, float[] skip) {
    this.norm = norm;
    this.toWeight = toWeight;
    this.skip = skip;
  }

  private int channels() {
    return skip.length;
  }

  private int heads() {
    return toWeight.outputs();
  }

  private static DynamicConvolution read(Weights weights, DsConvConfig config, String at) {
    return new DynamicConvolution(
        weights.norm(at + "norm"),
        weights.floatMatrix(at + "to_weight"), // κ is a kernel: never below float32
        weights.floats(at + "param_D"));
  }

  /** Reads the mixer of a configuration. */
  @AutoService(MixerKind.class)
  public static final class Kind extends MixerKind {
    /** Found by its service. */
    public Kind() {
      super(DsConvConfig.class, DynamicConvolution::read);
    }
  }

  @Override
  public LayerState start() {
    return new History(channels(), heads(), new float[0], new float[0]);
  }

  @Override
  public LayerState restore(SavedLayer saved) {
    float[] u = saved.floats(1, -1, channels());
    float[] kappa = saved.floats(1, u.length / channels(), heads());
    saved.count();
    return new History(channels(), heads(), u, kappa);
  }

  @Override
  public void mix(ForwardPass p, Team.Worker w, float[] in, float[] out, int number) {
    int stride = p.stride();
    for (int row = w.from(p.rows()); row < w.to(p.rows()); row++) {
      History history = (History) p.memory(p.sequence(row), number);
      norm.apply(in, row * stride, history.u, (int) p.position(row) * channels());
    }
    int panels = toWeight.panels();
    toWeight.multiply(
        p, w.index(), in, stride, p.rows(), p.out(), stride, w.from(panels), w.to(panels));
    w.meet();
    for (int row = w.from(p.rows()); row < w.to(p.rows()); row++) {
      History history = (History) p.memory(p.sequence(row), number);
      int at = (int) p.position(row) * heads();
      System.arraycopy(p.out(), row * stride, history.kappa, at, heads());
    }
    w.meet();
    int parts = p.rows() * heads();
    for (int part = w.from(parts); part < w.to(parts); part++) {
      int row = part / heads();
      History history = (History) p.memory(p.sequence(row), number);
      convolve(history, (int) p.position(row), part % heads(), out, row * stride);
    }
  }

  private void convolve(History history, int i, int head, float[] y, int yAt) {
    int width = channels() / heads();
    int from = head * width;
    float[] u = history.u;
    for (int h = from; h < from + width; h++) {
      y[yAt + h] = 0;
    }
    for (int k = 0; k <= i; k++) {
      float kappa = history.kappa[k * heads() + head];
      int at = (i - k) * channels();
      for (int h = from; h < from + width; h++) {
        y[yAt + h] += kappa * u[at + h];
      }
    }
    for (int h = from; h < from + width; h++) {
      y[yAt + h] += u[i * channels() + h] * skip[h];
    }
  }

  /** All u and all κ so far, with room for more. */
  private static final class History implements LayerState {
    private final int channels;
    private final int heads;
    private float[] u;
    private float[] kappa;

    History(int channels, int heads, float[] u, float[] kappa) {
      this.channels = channels;
      this.heads = heads;
      this.u = u;
      this.kappa = kappa;
    }

    @Override
    public void prepare(long tokens, int more) {
      int needed = Math.toIntExact(tokens + more);
      if (needed * (long) channels > u.length) {
        int capacity = Math.max(needed, Math.min(2 * needed, needed + 4096));
        u = Arrays.copyOf(u, Math.multiplyExact(capacity, channels));
        kappa = Arrays.copyOf(kappa, Math.multiplyExact(capacity, heads));
      }
    }

    @Override
    public LayerState copy() {
      return new History(channels, heads, u.clone(), kappa.clone());
    }

    @Override
    public long bytes() {
      return (long) (u.length + kappa.length) * Float.BYTES;
    }

    @Override
    public List<TensorData> tensors(long tokens) {
      int read = Math.toIntExact(tokens);
      return List.of(
          ArrayTensor.of(Arrays.copyOf(u, read * channels), 1, read, channels),
          ArrayTensor.of(Arrays.copyOf(kappa, read * heads), 1, read, heads),
          ArrayTensor.of(new long[] {tokens}, 1));
    }
  }
}
