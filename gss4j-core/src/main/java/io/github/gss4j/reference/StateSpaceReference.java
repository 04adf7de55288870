package io.github.gss4j.reference;

import io.github.gss4j.config.GssConfig;

/**
 * A diagonal state space: each of H channels is read by N complex modes that all channels share.
 *
 * <pre>
 * s_l = e^Λ s_{l−1} + u_l        y_l = Re Σ_n C̃_n s_l,n + D u_l        s_{−1} = 0
 * C̃ = C (e^Λ − 1)/Λ             Λ = −exp(Λ_re) + i·exp(Λ_im)          u = LN(x)
 * </pre>
 *
 * <p>Mehta et al. 2022 (arXiv 2206.13947), section 3.1, with a step of 1; C̃ is Proposition 1 (a)
 * of Gupta et al. 2022 (arXiv 2203.14343). {@link GssConfig} says where the other options are from.
 * Cost O(H·N) a token.
 */
public final class StateSpaceReference {
  private StateSpaceReference() {}

  /**
   * Mixes a sequence.
   *
   * @param p the mixer's weights
   * @param x (L, H)
   * @return (L, H)
   */
  public static double[][] mix(GssConfig config, Weights p, double[][] x) {
    int modes = config.stateSize();
    double[][] in = config.shortConv() > 0 ? shortConvolution(config, p, x) : x;
    double[][] u = p.norm("norm", in);
    double[] cRe = p.get("C_real"); // (H, N)
    double[] cIm = p.get("C_imag");
    double[] skip = p.get("param_D"); // (H)
    double[][] y = Weights.map(u, (v, l, h) -> skip[h] * v);
    int channels = config.kernelDim() / config.steps().count(); // of a group
    for (int h = 0; h < config.kernelDim(); h++) {
      double ofGroup = config.steps().isOn() ? Math.exp(p.get("log_group_step")[h / channels]) : 1;
      for (int n = 0; n < modes; n++) {
        double step = ofGroup * (config.learnedStep() ? Math.exp(p.get("log_step")[n]) : 1);
        double phase = p.get("Lambda_imag")[n];
        double re = -Math.exp(p.get("Lambda_real")[n]) * step; // Λ
        double im = (config.lambdaImagExp() ? Math.exp(phase) : phase) * step;
        double decayRe = Math.exp(re) * Math.cos(im); // e^Λ
        double decayIm = Math.exp(re) * Math.sin(im);
        double size = re * re + im * im;
        double inRe = ((decayRe - 1) * re + decayIm * im) / size; // (e^Λ − 1)/Λ
        double inIm = (decayIm * re - (decayRe - 1) * im) / size;
        double gamma = Math.sqrt(1 - Math.exp(2 * re));
        boolean slow = n >= modes - config.init().slowModes();
        double scale = config.normalizeInput() ? gamma / Math.sqrt(modes) : slow ? gamma : ofGroup;
        int at = h * modes + n;
        double outRe = (cRe[at] * inRe - cIm[at] * inIm) * scale; // C̃
        double outIm = (cRe[at] * inIm + cIm[at] * inRe) * scale;
        double stateRe = 0;
        double stateIm = 0;
        for (int l = 0; l < x.length; l++) {
          double next = decayRe * stateRe - decayIm * stateIm + u[l][h];
          stateIm = decayRe * stateIm + decayIm * stateRe;
          stateRe = next;
          y[l][h] += outRe * stateRe - outIm * stateIm;
        }
      }
    }
    return y;
  }

  /** y_l = Σ_k w_k x_{l−k}, each channel by itself. */
  private static double[][] shortConvolution(GssConfig config, Weights p, double[][] x) {
    double[] w = p.get("conv.weight"); // (H, taps), by lag
    int taps = config.shortConv();
    double[][] y = new double[x.length][config.kernelDim()];
    for (int l = 0; l < x.length; l++) {
      for (int h = 0; h < config.kernelDim(); h++) {
        for (int k = 0; k <= Math.min(l, taps - 1); k++) {
          y[l][h] += w[h * taps + k] * x[l - k][h];
        }
      }
    }
    return y;
  }

  /**
   * The layer without a gate: a = x + W_o gelu(dss(x)) + b_o, then a feed-forward part. Gupta et
   * al. 2022, section 3.
   *
   * @param config of D channels
   * @param p the layer's weights
   * @param x (L, D)
   */
  public static double[][] layer(GssConfig config, Weights p, double[][] x) {
    double[][] mixed = Weights.gelu(mix(config, p.at("dss"), x));
    return p.at("ff").feedForward(Weights.add(p.linearWithBias("to_out", mixed), x));
  }
}
