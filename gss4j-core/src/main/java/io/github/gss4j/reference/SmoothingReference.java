package io.github.gss4j.reference;

import io.github.gss4j.config.MhesaConfig;

/**
 * Multi-head exponential smoothing: each head forgets at a learned rate.
 *
 * <pre>
 * s_l = q s_{l−1} + u_l      y_l = α s_l + D u_l      s_{−1} = 0
 * α = σ(alphas)              q = (1 − α) σ(dampen_factors)              u = LN(x)
 * </pre>
 *
 * <p>After Woo et al. 2022, ETSformer (arXiv 2202.01381), section 4, in the published package's
 * form. Cost O(H) a token.
 */
public final class SmoothingReference {
  private SmoothingReference() {}

  /**
   * Mixes a sequence.
   *
   * @param p the mixer's weights
   * @param x (L, H)
   * @return (L, H)
   */
  public static double[][] mix(MhesaConfig config, Weights p, double[][] x) {
    double[][] u = p.norm("norm", x);
    double[] skip = p.get("param_D"); // (H)
    double[][] y = new double[x.length][config.channels()];
    for (int h = 0; h < config.channels(); h++) {
      int head = h * config.heads() / config.channels();
      double alpha = Weights.sigmoid(p.get("alphas")[head]);
      double decay = (1 - alpha) * Weights.sigmoid(p.get("dampen_factors")[head]);
      double state = 0;
      for (int l = 0; l < x.length; l++) {
        state = decay * state + u[l][h];
        y[l][h] = alpha * state + skip[h] * u[l][h];
      }
    }
    return y;
  }
}
