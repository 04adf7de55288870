package io.github.gss4j.reference;

import io.github.gss4j.config.DsConvConfig;

/**
 * A dynamic depthwise convolution: the sequence itself says what its kernel is.
 *
 * <pre>
 * y_l = Σ_{k≤l} κ_k u_{l−k} + D u_l        κ_k = W x_k, one number per head        u = LN(x)
 * </pre>
 *
 * <p>After Wu et al. 2019 (arXiv 1901.10430), section 4, with a kernel as long as the sequence, in
 * the published package's form. Cost O(H·L²) a sequence.
 */
public final class DynamicConvolutionReference {
  private DynamicConvolutionReference() {}

  /**
   * Mixes a sequence.
   *
   * @param p the mixer's weights
   * @param x (L, H)
   * @return (L, H)
   */
  public static double[][] mix(DsConvConfig config, Weights p, double[][] x) {
    double[][] u = p.norm("norm", x);
    double[][] kappa = p.linear("to_weight", x); // (L, heads)
    double[] skip = p.get("param_D"); // (H)
    double[][] y = Weights.map(u, (v, l, h) -> skip[h] * v);
    for (int l = 0; l < x.length; l++) {
      for (int h = 0; h < config.channels(); h++) {
        int head = h * config.heads() / config.channels();
        for (int k = 0; k <= l; k++) {
          y[l][h] += kappa[k][head] * u[l - k][h];
        }
      }
    }
    return y;
  }
}
