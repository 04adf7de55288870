package io.github.gss4j.reference;

import java.util.function.UnaryOperator;

/**
 * The gated layer: a mixer in a narrow space gates a wide one.
 *
 * <pre>
 * u   = gelu(W_u·LN(x))                    (L, F)
 * v   = gelu(W_v·LN(x))                    (L, H)
 * out = W_o( W_g·mixer(v) ⊙ u ) + b + x    (L, D)
 * </pre>
 *
 * <p>Mehta et al. 2022 (arXiv 2206.13947), section 3.2 and its pseudocode.
 */
public final class GatedLayerReference {
  private GatedLayerReference() {}

  /**
   * Maps a sequence.
   *
   * @param mixer (L, H) to (L, H)
   * @param x (L, D)
   */
  public static double[][] apply(Weights p, UnaryOperator<double[][]> mixer, double[][] x) {
    double[][] normed = p.norm("norm", x);
    double[][] u = Weights.gelu(p.linear("to_u.0", normed)); // (L, F)
    double[][] v = Weights.gelu(p.linear("to_v.0", normed)); // (L, H)
    double[][] gated = Weights.multiply(p.linear("to_gate", mixer.apply(v)), u); // (L, F)
    return Weights.add(p.linearWithBias("to_out", gated), x); // (L, D)
  }
}
