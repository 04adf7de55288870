package io.github.gss4j.java;

import com.google.auto.service.AutoService;
import io.github.gss4j.checkpoint.ArrayTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.config.GssConfig;
import java.util.Arrays;
import java.util.List;

/**
 * A diagonal state space, N complex modes that all H channels share, one pass over state and C̃ a
 * token.
 *
 * <pre>
 * s ← e^Λ s + u        y = Re Σ_n C̃[h,n] s[h,n] + D ⊙ u        u = LN(in)
 * </pre>
 *
 * <p>State and C̃ lie in blocks of 32 channels, (H/32, N, 2, 32): real parts, then imaginary parts.
 */
final class StateSpace implements Mixer {
  private static final int BLOCK = Kernels.BLOCK;

  private final ShortConvolution conv;
  private final LayerNorm norm;
  private final int modes;
  private final float[][] decay;
  private final float[] c;
  private final float[] skip;
  private final SpareArrays spare;

  /**
   * A state space.
   *
   * @param conv before the norm; null for none
   * @param decay e^Λ of each group of channels: N real parts, then N imaginary parts
   * @param c the conjugate of C̃, (H, 2N): real parts, then imaginary parts
   * @param skip D, (H)
   */
  StateSpace(ShortConvolution conv, LayerNorm norm, float[][] decay, float[] c, float[] skip) {
    this.conv = conv;
    this.norm = norm;
    this.modes = decay[0].length / 2;
    this.decay = decay;
    this.skip = skip;
    this.spare = new SpareArrays(Math.multiplyExact(blocks(), blockSize()));
    this.c = inBlocks(c, spare.zeros());
  }

  int channels() {
    return skip.length;
  }

  private int blocks() {
    return (channels() + BLOCK - 1) / BLOCK;
  }

  private int blockSize() {
    return 2 * modes * BLOCK;
  }

  /** Where number i of (2N) of a channel lies. */
  private static int place(int channel, int i, int modes) {
    return ((channel / BLOCK * modes + i % modes) * 2 + i / modes) * BLOCK + channel % BLOCK;
  }

  /** Values (H, 2N) in blocks, which were zeros. */
  private float[] inBlocks(float[] values, float[] blocks) {
    for (int at = 0; at < values.length; at++) {
      blocks[place(at / (2 * modes), at % (2 * modes), modes)] = values[at];
    }
    return blocks;
  }

  static StateSpace read(Weights weights, GssConfig config, String at) {
    double[] real = weights.doubles(at + "Lambda_real");
    double[] imag = weights.doubles(at + "Lambda_imag");
    double[] logStep = config.learnedStep() ? weights.doubles(at + "log_step") : null;
    double[] logGroupSteps =
        config.steps().isOn() ? weights.doubles(at + "log_group_step") : new double[1];
    float[] cRe = weights.floats(at + "C_real");
    float[] cIm = weights.floats(at + "C_imag");
    int groups = logGroupSteps.length;
    float[][] decay = new float[groups][];
    float[] c = new float[2 * cRe.length];
    for (int group = 0; group < groups; group++) {
      Discretised discrete =
          Discretised.of(config, real, imag, logStep, Math.exp(logGroupSteps[group]));
      int from = group * (cRe.length / groups);
      int to = from + cRe.length / groups;
      float[] ofGroup =
          discrete.conjugateC(Arrays.copyOfRange(cRe, from, to), Arrays.copyOfRange(cIm, from, to));
      System.arraycopy(ofGroup, 0, c, 2 * from, ofGroup.length);
      decay[group] = discrete.decay();
    }
    int taps = config.shortConv();
    return new StateSpace(
        taps > 0 ? new ShortConvolution(weights.floats(at + "conv.weight"), taps) : null,
        weights.norm(at + "norm"),
        decay,
        c,
        weights.floats(at + "param_D"));
  }

  /** Reads the mixer of a configuration. */
  @AutoService(MixerKind.class)
  public static final class Kind extends MixerKind {
    /** Found by its service. */
    public Kind() {
      super(GssConfig.class, StateSpace::read);
    }
  }

  @Override
  public LayerState start() {
    return new State(modes, channels(), spare, spare.zeros(), new float[past()]);
  }

  @Override
  public LayerState restore(SavedLayer saved) {
    float[] s = inBlocks(saved.floats(1, channels(), 2L * modes), spare.zeros());
    float[] past = conv == null ? new float[0] : saved.floats(1, conv.taps() - 1L, channels());
    return new State(modes, channels(), spare, s, past);
  }

  private int past() {
    return conv == null ? 0 : conv.past();
  }

  /** LN(conv(in)), with each sequence's own history. */
  private float[] input(ForwardPass p, Team.Worker w, float[] in, int number) {
    if (conv == null) {
      return p.normed(w, norm, in);
    }
    for (int i = w.from(p.sequences()); i < w.to(p.sequences()); i++) {
      State state = (State) p.memory(i, number);
      conv.last(in, p.from(i), p.length(i), p.stride(), state.past, state.next);
    }
    return p.normed(
        w,
        norm,
        (row, y, at) -> {
          int sequence = p.sequence(row);
          float[] past = ((State) p.memory(sequence, number)).past;
          conv.apply(in, row, p.stride(), row - p.from(sequence), past, y, at);
        });
  }

  @Override
  public void mix(ForwardPass p, Team.Worker w, float[] in, float[] out, int number) {
    float[] u = input(p, w, in, number);
    int stride = p.stride();
    for (int block = w.from(blocks()); block < w.to(blocks()); block++) {
      int start = block * blockSize();
      float[] ofGroup = decay[block * decay.length / blocks()]; // groups are whole blocks
      for (int i = 0; i < p.sequences(); i++) {
        int at = p.from(i) * stride + block * BLOCK;
        float[] s = ((State) p.memory(i, number)).s;
        p.kernels()
            .stateSpace(s, start, c, start, ofGroup, modes, u, at, out, at, stride, p.length(i));
      }
      addSkip(p.rows(), u, out, stride, block);
    }
  }

  private void addSkip(int rows, float[] u, float[] out, int stride, int block) {
    int to = Math.min(channels(), (block + 1) * BLOCK);
    for (int row = 0; row < rows; row++) {
      int at = row * stride;
      for (int h = block * BLOCK; h < to; h++) {
        out[at + h] += u[at + h] * skip[h];
      }
    }
  }

  private static final class State implements LayerState {
    private final int modes;
    private final int channels;
    private final SpareArrays spare;
    private final float[] s;
    private float[] past;
    private float[] next;

    /**
     * A state.
     *
     * @param spare where s goes in the end
     * @param next what the convolution reads of the tokens before, (taps − 1, H): while a pass
     *     reads it, it writes the next one
     */
    State(int modes, int channels, SpareArrays spare, float[] s, float[] next) {
      this.modes = modes;
      this.channels = channels;
      this.spare = spare;
      this.s = s;
      this.past = new float[next.length];
      this.next = next;
    }

    @Override
    public void prepare(long tokens, int more) {
      float[] read = next;
      next = past;
      past = read;
    }

    @Override
    public LayerState copy() {
      return new State(modes, channels, spare, spare.copyOf(s), next.clone());
    }

    @Override
    public void close() {
      spare.giveBack(s);
    }

    @Override
    public long bytes() {
      return (long) (s.length + 2 * next.length) * Float.BYTES;
    }

    @Override
    public List<TensorData> tensors(long tokens) {
      float[] values = new float[channels * 2 * modes];
      for (int at = 0; at < values.length; at++) {
        values[at] = s[place(at / (2 * modes), at % (2 * modes), modes)];
      }
      TensorData state = ArrayTensor.of(values, 1, channels, 2L * modes);
      return next.length == 0
          ? List.of(state)
          : List.of(state, ArrayTensor.of(next, 1, next.length / channels, channels));
    }
  }
}
