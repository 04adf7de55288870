package io.github.gss4j.java;

/** A causal convolution of a few taps, each channel by itself: y_l = Σ_k w_k ⊙ x_{l−k}. */
final class ShortConvolution {
  private final float[] weight;
  private final int taps;
  private final int channels;

  /**
   * A convolution.
   *
   * @param weight (H, taps), by lag
   */
  ShortConvolution(float[] weight, int taps) {
    this.taps = taps;
    this.channels = weight.length / taps;
    this.weight = new float[weight.length]; // (taps, H)
    for (int at = 0; at < weight.length; at++) {
      this.weight[at % taps * channels + at / taps] = weight[at];
    }
  }

  /** How many numbers of the tokens before it needs: (taps − 1, H), the latest last. */
  int past() {
    return (taps - 1) * channels;
  }

  int taps() {
    return taps;
  }

  /**
   * One row.
   *
   * @param before how many of its sequence's rows come before it in this pass
   */
  void apply(float[] in, int row, int stride, int before, float[] past, float[] y, int at) {
    for (int h = 0; h < channels; h++) {
      y[at + h] = in[row * stride + h] * weight[h];
    }
    for (int k = 1; k < taps; k++) {
      boolean here = k <= before;
      float[] from = here ? in : past;
      int start = here ? (row - k) * stride : (taps - 1 - k + before) * channels;
      for (int h = 0; h < channels; h++) {
        y[at + h] += from[start + h] * weight[k * channels + h];
      }
    }
  }

  /** What comes before the next tokens: the last of past and of some rows in a row. */
  void last(float[] in, int from, int length, int stride, float[] past, float[] next) {
    for (int i = 0; i < taps - 1; i++) {
      int row = length - (taps - 1) + i;
      float[] source = row >= 0 ? in : past;
      int start = row >= 0 ? (from + row) * stride : (taps - 1 + row) * channels;
      System.arraycopy(source, start, next, i * channels, channels);
    }
  }
}
