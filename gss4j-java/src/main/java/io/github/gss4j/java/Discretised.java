package io.github.gss4j.java;

import io.github.gss4j.config.GssConfig;

/**
 * A state space's Λ as its recurrence needs it, in float64: e^Λ, and what makes C̃ = C (e^Λ − 1)/Λ
 * of C.
 */
final class Discretised {
  private final double[] decayRe;
  private final double[] decayIm;
  private final double[] stepRe;
  private final double[] stepIm;

  Discretised(double[] decayRe, double[] decayIm, double[] stepRe, double[] stepIm) {
    this.decayRe = decayRe;
    this.decayIm = decayIm;
    this.stepRe = stepRe;
    this.stepIm = stepIm;
  }

  /**
   * By the parameters.
   *
   * @param logStep null where no step is learned
   * @param ofGroup the step of the channels
   */
  static Discretised of(
      GssConfig config, double[] real, double[] imag, double[] logStep, double ofGroup) {
    int modes = real.length;
    Discretised d =
        new Discretised(new double[modes], new double[modes], new double[modes], new double[modes]);
    for (int n = 0; n < modes; n++) {
      double step = ofGroup * (logStep == null ? 1 : Math.exp(logStep[n]));
      double re = -Math.exp(real[n]) * step;
      double im = (config.lambdaImagExp() ? Math.exp(imag[n]) : imag[n]) * step;
      double gamma = Math.sqrt(-Math.expm1(2 * re));
      boolean slow = n >= modes - config.init().slowModes();
      double scale = config.normalizeInput() ? gamma / Math.sqrt(modes) : slow ? gamma : ofGroup;
      d.set(n, re, im, scale);
    }
    return d;
  }

  /** e^{a+ib} − 1 = (expm1(a) cos b − 2 sin²(b/2)) + i e^a sin b, exact also where Λ is small. */
  private void set(int n, double re, double im, double scale) {
    double decay = Math.exp(re);
    double half = Math.sin(im / 2);
    double numeratorRe = Math.expm1(re) * Math.cos(im) - 2 * half * half;
    double numeratorIm = decay * Math.sin(im);
    double norm = re * re + im * im;
    decayRe[n] = decay * Math.cos(im);
    decayIm[n] = decay * Math.sin(im);
    stepRe[n] = (numeratorRe * re + numeratorIm * im) / norm * scale;
    stepIm[n] = (numeratorIm * re - numeratorRe * im) / norm * scale;
  }

  /** N real parts, then N imaginary parts. */
  float[] decay() {
    int modes = decayRe.length;
    float[] decay = new float[2 * modes];
    for (int n = 0; n < modes; n++) {
      decay[n] = (float) decayRe[n];
      decay[modes + n] = (float) decayIm[n];
    }
    return decay;
  }

  /**
   * The conjugate of C̃.
   *
   * @param cRe (H, N)
   * @param cIm (H, N)
   * @return (H, 2N): real parts, then imaginary parts
   */
  float[] conjugateC(float[] cRe, float[] cIm) {
    int modes = decayRe.length;
    float[] c = new float[2 * cRe.length];
    for (int i = 0; i < cRe.length; i++) {
      int n = i % modes;
      int at = i / modes * 2 * modes + n;
      c[at] = (float) (cRe[i] * stepRe[n] - cIm[i] * stepIm[n]);
      c[at + modes] = (float) -(cRe[i] * stepIm[n] + cIm[i] * stepRe[n]);
    }
    return c;
  }
}
