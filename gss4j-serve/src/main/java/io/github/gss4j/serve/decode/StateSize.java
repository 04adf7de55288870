package io.github.gss4j.serve.decode;

import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.SequenceState;

/**
 * How much memory a state of so many tokens takes: that of most layers is fixed, that of attention
 * grows up to its window, that of dynamic convolutions with the text.
 */
final class StateSize {
  private static final int SAMPLE = 64;

  private final long fixed;
  private final double perToken;
  private final long growsUpTo;

  /** Measures a model's states by reading a few tokens. */
  StateSize(InferenceModel model) {
    growsUpTo = model.config().stateGrowsUpTo();
    try (SequenceState state = model.start()) {
      int more = (int) Math.min(SAMPLE, Math.max(1, growsUpTo - 1));
      state.read(new int[1], null);
      long one = state.bytes();
      state.read(new int[more], null);
      perToken = growsUpTo == 0 ? 0 : (state.bytes() - one) / (double) more;
      fixed = one;
    }
  }

  /** An upper bound, in bytes. */
  long of(long tokens) {
    return fixed + (long) Math.ceil(perToken * Math.min(tokens, growsUpTo));
  }
}
