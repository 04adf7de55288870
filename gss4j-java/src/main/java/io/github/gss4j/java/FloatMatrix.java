package io.github.gss4j.java;

/** A weight in float32. */
final class FloatMatrix extends Matrix {
  /** Inputs that are turned together: their lines stay in the cache. */
  private static final int TURNED = 16;

  private final float[] w;

  FloatMatrix(int outputs, int inputs) {
    super(outputs, inputs);
    this.w = new float[Math.multiplyExact(Kernels.padded(outputs), inputs)];
  }

  @Override
  void pack(int panel, float[] rows) {
    int inputs = inputs();
    int start = panel * inputs * Kernels.PANEL;
    for (int from = 0; from < inputs; from += TURNED) {
      int to = Math.min(inputs, from + TURNED);
      for (int o = 0; o < Kernels.PANEL; o++) {
        for (int i = from; i < to; i++) {
          w[start + i * Kernels.PANEL + o] = rows[o * inputs + i];
        }
      }
    }
  }

  @Override
  void multiply(
      Kernels kernels,
      float[] scratch,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to) {
    kernels.floats(w, inputs(), x, xStride, rows, y, yStride, from, to);
  }

  @Override
  long bytes() {
    return (long) w.length * Float.BYTES;
  }

  @Override
  void row(int output, float[] into, int at) {
    int start = output / Kernels.PANEL * inputs() * Kernels.PANEL + output % Kernels.PANEL;
    for (int i = 0; i < inputs(); i++) {
      into[at + i] = w[start + i * Kernels.PANEL];
    }
  }
}
