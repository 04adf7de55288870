package io.github.gss4j.layers;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** A mixer's parallel form, ready for sequences of one length. */
@FunctionalInterface
public interface Kernel extends Precomputed<Kernel> {
  /**
   * Mixes a whole sequence from the zero state.
   *
   * @param x (B, L, H)
   * @return (B, L, H)
   */
  Tensor forward(Tensor x);

  /** How many tokens back it looks: no output depends on what is further back. */
  default long reach() {
    return Long.MAX_VALUE;
  }

  @Override
  default Kernel map(UnaryOperator<Tensor> replacement) {
    return this;
  }
}
