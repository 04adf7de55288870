package io.github.gss4j.layers;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** A mixer's recurrent form, with the constants that it needs. */
@FunctionalInterface
public interface Recurrence extends Precomputed<Recurrence> {
  /**
   * Reads L ≥ 1 tokens into a state.
   *
   * @param x (B, L, H)
   * @param state of the same B
   */
  MixerOutput mix(Tensor x, MixerState state);

  @Override
  default Recurrence map(UnaryOperator<Tensor> replacement) {
    return this;
  }
}
