package io.github.gss4j.java;

/**
 * A weight in 8 bits, each row 127 steps of its own size either side of zero: W[o,i] ≈ s[o]·Q[o,i],
 * s[o] = max |W[o,i]| / 127. Four outputs a number: byte k of number j is output j + 16 k. What it
 * is multiplied with stays in float32.
 */
final class Int8Matrix extends Matrix {
  private static final int FOURS = Kernels.PANEL / 4;
  private static final int LEVELS = 127;

  private final int[] w;
  private final float[] scales;

  Int8Matrix(int outputs, int inputs) {
    super(outputs, inputs);
    this.w = new int[Math.multiplyExact(Kernels.padded(outputs) / 4, inputs)];
    this.scales = new float[Kernels.padded(outputs)];
  }

  @Override
  void pack(int panel, float[] rows) {
    int inputs = inputs();
    int start = panel * inputs * FOURS;
    for (int o = 0; o < Kernels.PANEL; o++) {
      float most = 0;
      for (int i = 0; i < inputs; i++) {
        most = Math.max(most, Math.abs(rows[o * inputs + i]));
      }
      float scale = Math.max(most / LEVELS, Float.MIN_NORMAL);
      scales[panel * Kernels.PANEL + o] = scale;
      int left = o / FOURS * 8;
      for (int i = 0; i < inputs; i++) {
        int q = Math.round(rows[o * inputs + i] / scale);
        w[start + i * FOURS + o % FOURS] |= (q & 0xff) << left;
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
    kernels.bytes(w, inputs(), x, xStride, rows, y, yStride, from, to, scratch);
    for (int row = 0; row < rows; row++) {
      for (int j = from * Kernels.PANEL; j < to * Kernels.PANEL; j++) {
        y[row * yStride + j] *= scales[j];
      }
    }
  }

  @Override
  long bytes() {
    return (long) w.length * Integer.BYTES + (long) scales.length * Float.BYTES;
  }

  @Override
  void row(int output, float[] into, int at) {
    int lane = output % Kernels.PANEL;
    int start = output / Kernels.PANEL * inputs() * FOURS + lane % FOURS;
    for (int i = 0; i < inputs(); i++) {
      int q = (w[start + i * FOURS] << (24 - lane / FOURS * 8)) >> 24;
      into[at + i] = q * scales[output];
    }
  }
}
