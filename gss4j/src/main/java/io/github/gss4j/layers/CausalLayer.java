package io.github.gss4j.layers;

import io.github.gss4j.ops.GraphSegment;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Segment;
import org.bytedeco.pytorch.Tensor;

/**
 * A layer whose output at a token depends on that token and those before it: it can carry a state,
 * and a language model can be made of it.
 */
public interface CausalLayer extends SequenceLayer, SequenceMixer {
  /** How sequences are read: each whole from the zero state, or on from a state. */
  @FunctionalInterface
  interface Forward {
    /**
     * Reads a sequence with a layer or with the mixer in it.
     *
     * @param x (B, L, C)
     * @return (B, L, C)
     */
    Tensor of(SequenceMixer part, Tensor x);
  }

  /** What carries information along the sequence: the mixer in the layer, or the layer itself. */
  default SequenceMixer mixer() {
    return this;
  }

  /**
   * Runs the layer forward for a backward pass to come.
   *
   * @param x (B, L, D)
   * @param recompute whether to keep nothing but x, and compute the rest again
   */
  default Segment segment(Tensor x, Forward forward, boolean recompute) {
    return GraphSegment.forward(x, in -> forward.of(this, in), recompute);
  }

  @Override
  default Tensor forward(Tensor x) {
    return Scopes.scoped(() -> forward(x, kernel(x.size(1))));
  }

  /** Padding comes after the tokens, where a causal layer does not look for them. */
  @Override
  default Tensor forward(Tensor x, Lengths lengths) {
    return forward(x);
  }

  /** Reads tokens into a state, with the constants derived on the spot. */
  default MixerOutput mix(Tensor x, MixerState state) {
    return mix(x, state, recurrence());
  }
}
