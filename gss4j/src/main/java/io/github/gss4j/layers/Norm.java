package io.github.gss4j.layers;

import io.github.gss4j.config.NormKind;
import org.bytedeco.pytorch.Tensor;

/** Normalisation of vectors: of each by itself, or of each dimension by what is usual there. */
public interface Norm {
  /**
   * Declares a norm; it starts as the identity's scale and shift.
   *
   * @param name under which its parameters are
   * @param dim D
   */
  static Norm declare(NormKind kind, Parameters p, String name, long dim) {
    return switch (kind) {
      case LAYER -> LayerNorm.declare(p, name, dim);
      case BATCH -> BatchNorm.declare(p.at(name), dim);
    };
  }

  /** Normalises (…, D). */
  Tensor apply(Tensor x);

  /**
   * The norm that holds while these sequences are learned from; most norms are the same then.
   *
   * @param x (B, L, D)
   * @param lengths of the B sequences
   * @param full whether nothing is padding
   */
  default Norm learning(Tensor x, Lengths lengths, boolean full) {
    return this;
  }
}
