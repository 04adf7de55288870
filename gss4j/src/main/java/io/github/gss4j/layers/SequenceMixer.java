package io.github.gss4j.layers;

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
 * times: {@link Kernel} for the parallel form, {@link Recurrence} for the recurrent one.
 */
public interface SequenceMixer extends MixerInspection {
  /** The parallel form for sequences of one length: one serves all micro-batches of a step. */
  Kernel kernel(long length);

  /**
   * A whole sequence from the zero state.
   *
   * @param x (B, L, H)
   * @param kernel as {@link #kernel} gives it for L
   * @return (B, L, H)
   */
  default Tensor forward(Tensor x, Kernel kernel) {
    return kernel.forward(x);
  }

  /** The recurrent form: one serves until the parameters change. */
  Recurrence recurrence();

  /** The state before the first token, for a batch of sequences. */
  MixerState initialState(long batch);

  /**
   * Reads L ≥ 1 tokens into a state.
   *
   * @param x (B, L, H)
   * @param state of the same B
   * @param recurrence as {@link #recurrence} gives it
   */
  default MixerOutput mix(Tensor x, MixerState state, Recurrence recurrence) {
    return recurrence.mix(x, state);
  }
}
