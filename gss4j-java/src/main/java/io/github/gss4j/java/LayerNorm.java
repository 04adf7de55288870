package io.github.gss4j.java;

/**
 * Normalisation of a row: (x − mean)/√(variance + 1e-5) · weight + bias. Sums run in four strands,
 * in float64.
 */
final class LayerNorm {
  private static final double EPSILON = 1e-5;

  private final float[] weight;
  private final float[] bias;

  LayerNorm(float[] weight, float[] bias) {
    this.weight = weight;
    this.bias = bias;
  }

  void apply(float[] x, int xAt, float[] y, int yAt) {
    int n = weight.length;
    double mean = sum(x, xAt, n, 0, false) / n;
    double variance = sum(x, xAt, n, mean, true) / n;
    float shift = (float) -mean;
    float scale = (float) (1 / Math.sqrt(variance + EPSILON));
    for (int i = 0; i < n; i++) {
      y[yAt + i] = (x[xAt + i] + shift) * scale * weight[i] + bias[i];
    }
  }

  /** Σ (x − mean), or of its squares. */
  private static double sum(float[] x, int at, int n, double mean, boolean squares) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    if (squares) {
      for (; i + 4 <= n; i += 4) {
        double p = x[at + i] - mean;
        double q = x[at + i + 1] - mean;
        double r = x[at + i + 2] - mean;
        double s = x[at + i + 3] - mean;
        a += p * p;
        b += q * q;
        c += r * r;
        d += s * s;
      }
    } else {
      for (; i + 4 <= n; i += 4) {
        a += x[at + i];
        b += x[at + i + 1];
        c += x[at + i + 2];
        d += x[at + i + 3];
      }
    }
    for (; i < n; i++) {
      double p = x[at + i] - mean;
      a += squares ? p * p : p;
    }
    return a + b + (c + d);
  }
}
