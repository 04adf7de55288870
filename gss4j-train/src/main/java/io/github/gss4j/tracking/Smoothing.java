package io.github.gss4j.tracking;

/**
 * A running mean that draws a noisy curve's course.
 *
 * <p>s_i = s_{i−1} + (y_i − s_{i−1}) / min(span, 1 + i/10): it averages over about a tenth of the
 * way so far, at most {@code span} points, so that the steep beginning is not smeared. A point that
 * is not finite is skipped.
 */
final class Smoothing {
  private Smoothing() {}

  /** How many points to average in a curve of this length. */
  static int span(int length) {
    return Math.max(5, Math.min(200, length / 50));
  }

  static double[] running(double[] y, int span) {
    double[] smooth = new double[y.length];
    double mean = Double.NaN;
    for (int i = 0; i < y.length; i++) {
      if (Double.isFinite(y[i])) {
        mean = Double.isNaN(mean) ? y[i] : mean + (y[i] - mean) / Math.min(span, 1 + i / 10.0);
      }
      smooth[i] = mean;
    }
    return smooth;
  }
}
