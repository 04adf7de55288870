package io.github.gss4j.layers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Carries information along a sequence, from the past to the future only.
 *
 * <pre>
 * mix(x: (B, L, H), state) → (y: (B, L, H), next state)      for every L ≥ 1
 * </pre>
 *
 * <p>One operation is prefill, continuing from a saved state over any number of tokens, and
 * decoding one token: {@code mix(a ++ b, s)} equals {@code mix(b, mix(a, s).state)} for every
 * split. {@link #forward} is the same from the zero state with the last state left out, for
 * training.
 *
 * <p>What depends on the parameters alone is taken apart, so that it is computed once and used many
 * times: {@link #kernel} for the parallel form, {@link #constants} for the recurrent one.
 */
public interface SequenceMixer {
  /**
   * What the parallel form needs of the parameters for sequences of one length. Gradients flow
   * through it: one kernel serves all micro-batches of an optimizer step.
   *
   * @return possibly empty
   */
  List<Tensor> kernel(long length);

  /**
   * The parallel form: a whole sequence from the zero state.
   *
   * @param x (B, L, H)
   * @param kernel of length L
   * @return (B, L, H)
   */
  Tensor forward(Tensor x, List<Tensor> kernel);

  /**
   * How many tokens back the parallel form looks: no output depends on what lies further back.
   *
   * @param kernel as {@link #kernel} gives it
   */
  default long reach(List<Tensor> kernel) {
    return Long.MAX_VALUE;
  }

  /** What the recurrent form needs of the parameters; gradients flow through it. Possibly empty. */
  List<Tensor> constants();

  /** The state before the first token, for a batch of sequences. */
  MixerState initialState(long batch);

  /**
   * Reads L ≥ 1 tokens into a state.
   *
   * @param x (B, L, H)
   * @param state of the same B
   * @param constants of these parameters
   */
  Mixed mix(Tensor x, MixerState state, List<Tensor> constants);
}
