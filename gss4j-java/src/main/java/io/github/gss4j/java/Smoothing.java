package io.github.gss4j.java;

import com.google.auto.service.AutoService;
import io.github.gss4j.checkpoint.ArrayTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.config.MhesaConfig;
import java.util.List;

/** Multi-head exponential smoothing: s ← q s + u, y = α s + D ⊙ u, u = LN(in). */
final class Smoothing implements Mixer {
  private final LayerNorm norm;
  private final float[] q;
  private final float[] alpha;
  private final float[] skip;

  /**
   * A smoothing.
   *
   * @param q of each channel
   * @param alpha α of each channel
   * @param skip D
   */
  Smoothing(LayerNorm norm, float[] q, float[] alpha, float[] skip) {
    this.norm = norm;
    this.q = q;
    this.alpha = alpha;
    this.skip = skip;
  }

  private static Smoothing read(Weights weights, MhesaConfig config, String at) {
    double[] alphas = weights.doubles(at + "alphas");
    double[] dampen = weights.doubles(at + "dampen_factors");
    float[] q = new float[config.channels()];
    float[] alpha = new float[config.channels()];
    for (int h = 0; h < q.length; h++) {
      int head = h / (q.length / config.heads());
      q[h] = (float) (sigmoid(-alphas[head]) * sigmoid(dampen[head]));
      alpha[h] = (float) sigmoid(alphas[head]);
    }
    return new Smoothing(weights.norm(at + "norm"), q, alpha, weights.floats(at + "param_D"));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Reads the mixer of a configuration. */
  @AutoService(MixerKind.class)
  public static final class Kind extends MixerKind {
    /** Found by its service. */
    public Kind() {
      super(MhesaConfig.class, Smoothing::read);
    }
  }

  @Override
  public LayerState start() {
    return new State(new float[skip.length]);
  }

  @Override
  public LayerState restore(SavedLayer saved) {
    return new State(saved.floats(1, skip.length));
  }

  @Override
  public void mix(ForwardPass p, Team.Worker w, float[] in, float[] out, int number) {
    float[] u = p.normed(w, norm, in);
    int from = w.from(skip.length);
    int to = w.to(skip.length);
    for (int i = 0; i < p.sequences(); i++) {
      float[] s = ((State) p.memory(i, number)).s;
      for (int row = p.from(i); row < p.from(i) + p.length(i); row++) {
        int at = row * p.stride();
        for (int h = from; h < to; h++) {
          s[h] = s[h] * q[h] + u[at + h];
          out[at + h] = s[h] * alpha[h] + u[at + h] * skip[h];
        }
      }
    }
  }

  private static final class State implements LayerState {
    private final float[] s;

    State(float[] s) {
      this.s = s;
    }

    @Override
    public LayerState copy() {
      return new State(s.clone());
    }

    @Override
    public long bytes() {
      return (long) s.length * Float.BYTES;
    }

    @Override
    public List<TensorData> tensors(long tokens) {
      return List.of(ArrayTensor.of(s, 1, s.length));
    }
  }
}
