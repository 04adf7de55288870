package io.github.gss4j.java;

/** A product with a bias, added to the stream: x ← x + h Wᵀ + b. */
final class Linear {
  private final Matrix weight;
  private final float[] bias;

  /**
   * A linear map.
   *
   * @param bias filled up with zeros to whole panels
   */
  Linear(Matrix weight, float[] bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /** A worker's share of it; the caller meets the others before and after. */
  void addTo(ForwardPass p, Team.Worker w, float[] h, int hStride) {
    int from = w.from(weight.panels());
    int to = w.to(weight.panels());
    float[] out = p.out();
    float[] x = p.x();
    int stride = p.stride();
    weight.multiply(p, w.index(), h, hStride, p.rows(), out, stride, from, to);
    for (int row = 0; row < p.rows(); row++) {
      int at = row * stride;
      for (int j = from * Kernels.PANEL; j < to * Kernels.PANEL; j++) {
        x[at + j] += out[at + j] + bias[j];
      }
    }
  }
}
