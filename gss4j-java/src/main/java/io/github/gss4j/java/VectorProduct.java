package io.github.gss4j.java;

/**
 * How products run over weights of one kind: a row alone reads them as they lie; many rows share
 * them in fours, in float32.
 *
 * @param <W> what the weights lie in
 */
interface VectorProduct<W> {
  /** Rows whose sums are held in registers together. */
  int TOGETHER = 4;

  /** How many outputs a number of W holds. */
  int outputs();

  /** Takes one row through some inputs of a panel; adds to the sums in y, or begins anew. */
  void row(W w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean adds);

  /** Some inputs of a panel in float32: from {@link #wideAt} on, in the scratch or in W itself. */
  float[] wide(W w, int wAt, int count, float[] scratch);

  /** Where in them the first lies. */
  int wideAt(int wAt);

  /** Panels of y = x Wᵀ, as {@link Kernels} has it. */
  default void run(
      W w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to,
      float[] scratch) {
    for (int panel = from; panel < to; panel++) {
      int yAt = panel * Kernels.PANEL;
      for (int begin = 0; begin < inputs; begin += Kernels.INPUTS) {
        int count = Math.min(Kernels.INPUTS, inputs - begin);
        int wAt = (panel * inputs + begin) * (Kernels.PANEL / outputs());
        int row = 0;
        if (rows >= TOGETHER) {
          float[] wide = wide(w, wAt, count, scratch);
          for (; row + TOGETHER <= rows; row += TOGETHER) {
            int xAt = row * xStride + begin;
            int at = row * yStride + yAt;
            VectorFloats.rows(wide, wideAt(wAt), x, xAt, xStride, count, y, at, yStride, begin > 0);
          }
        }
        for (; row < rows; row++) {
          row(w, wAt, x, row * xStride + begin, count, y, row * yStride + yAt, begin > 0);
        }
      }
    }
  }
}
