package io.github.gss4j.trainer;

import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.Kernel;
import io.github.gss4j.layers.Precomputed;
import io.github.gss4j.layers.SequenceMixer;
import org.bytedeco.pytorch.Tensor;

/**
 * How the sequences of a micro-batch are read: each from the zero state, or on from the last.
 *
 * @param <D> what is derived from a layer's parameters for it
 */
interface SequenceForm<D extends Precomputed<D>> {
  /** Each sequence from the zero state, all tokens at once. */
  SequenceForm<Kernel> WHOLE =
      new SequenceForm<>() {
        @Override
        public Kernel derived(CausalLayer layer, long length) {
          return layer.kernel(length);
        }

        @Override
        public Tensor forward(int index, SequenceMixer part, Tensor x, Kernel derived) {
          return part.forward(x, derived);
        }
      };

  /**
   * What is derived from a layer's parameters alone, once for all micro-batches of a step.
   *
   * @param length of the sequences
   */
  D derived(CausalLayer layer, long length);

  /**
   * The output of a layer, or of the mixer in it; may be asked for again by the backward pass.
   *
   * @param index the layer's number, from 0
   * @param part the layer or its mixer
   * @param x (B, L, C)
   */
  Tensor forward(int index, SequenceMixer part, Tensor x, D derived);
}
