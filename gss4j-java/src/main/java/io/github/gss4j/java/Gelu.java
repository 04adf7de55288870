package io.github.gss4j.java;

/**
 * x Φ(x) = x/2 (1 + erf(x/√2)), with erf as a quotient of polynomials, z P(z²)/Q(z²) for |z| ≤ 4
 * (Eigen's; off by less than 4e-7).
 */
final class Gelu {
  static final float SQRT_HALF = (float) 0.7071067811865476;
  static final float P13 = (float) -2.72614225801306e-10;
  static final float P11 = (float) 2.77068142495902e-08;
  static final float P9 = (float) -2.10102402082508e-06;
  static final float P7 = (float) -5.69250639462346e-05;
  static final float P5 = (float) -7.34990630326855e-04;
  static final float P3 = (float) -2.95459980854025e-03;
  static final float P1 = (float) -1.60960333262415e-02;
  static final float Q8 = (float) -1.45660718464996e-05;
  static final float Q6 = (float) -2.13374055278905e-04;
  static final float Q4 = (float) -1.68282697438203e-03;
  static final float Q2 = (float) -7.37332916720468e-03;
  static final float Q0 = (float) -1.42647390514189e-02;

  private Gelu() {}

  /** One value. */
  static float of(float x) {
    float z = Math.max(-4, Math.min(4, x * SQRT_HALF));
    float z2 = z * z;
    float p = P13;
    p = Math.fma(p, z2, P11);
    p = Math.fma(p, z2, P9);
    p = Math.fma(p, z2, P7);
    p = Math.fma(p, z2, P5);
    p = Math.fma(p, z2, P3);
    p = Math.fma(p, z2, P1) * z;
    float q = Q8;
    q = Math.fma(q, z2, Q6);
    q = Math.fma(q, z2, Q4);
    q = Math.fma(q, z2, Q2);
    q = Math.fma(q, z2, Q0);
    return 0.5f * x * (p / q + 1);
  }
}
