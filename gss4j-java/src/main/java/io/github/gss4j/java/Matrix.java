package io.github.gss4j.java;

/**
 * A weight W, (outputs, inputs), for products y = x Wᵀ. It lies in panels of 64 outputs: (panels,
 * inputs, 64), the last one filled up with zeros, so that a product streams through it once.
 */
abstract class Matrix {
  private final int outputs;
  private final int inputs;

  Matrix(int outputs, int inputs) {
    this.outputs = outputs;
    this.inputs = inputs;
  }

  final int outputs() {
    return outputs;
  }

  final int inputs() {
    return inputs;
  }

  final int panels() {
    return Kernels.padded(outputs) / Kernels.PANEL;
  }

  /**
   * Some panels of a product.
   *
   * @param scratch {@link Kernels#SCRATCH} numbers to work with; only weights below float32 need it
   * @param x (rows, inputs)
   * @param y (rows, outputs)
   * @param from the first panel
   * @param to the panel after the last
   */
  abstract void multiply(
      Kernels kernels,
      float[] scratch,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to);

  /** A worker's panels of a product in a pass. */
  final void multiply(
      ForwardPass p,
      int worker,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to) {
    multiply(p.kernels(), p.scratch(worker), x, xStride, rows, y, yStride, from, to);
  }

  /** A whole product of rows that lie side by side. */
  final void multiply(
      Kernels kernels, float[] scratch, float[] x, int xStride, int rows, float[] y) {
    multiply(kernels, scratch, x, xStride, rows, y, Kernels.padded(outputs), 0, panels());
  }

  /** How much memory it takes. */
  abstract long bytes();

  /** One row of W, as an embedding wants it. */
  abstract void row(int output, float[] into, int at);

  /** Takes a panel's weights, (64, inputs) of them, rows one after the other. */
  abstract void pack(int panel, float[] rows);
}
