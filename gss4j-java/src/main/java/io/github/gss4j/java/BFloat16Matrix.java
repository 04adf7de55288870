package io.github.gss4j.java;

/** A weight in bfloat16, two outputs a number: j in the lower half, j + 32 in the upper. */
final class BFloat16Matrix extends Matrix {
  private static final int PAIRS = Kernels.PANEL / 2;

  private final int[] w;

  BFloat16Matrix(int outputs, int inputs) {
    super(outputs, inputs);
    this.w = new int[Math.multiplyExact(Kernels.padded(outputs) / 2, inputs)];
  }

  @Override
  void pack(int panel, float[] rows) {
    int inputs = inputs();
    int start = panel * inputs * PAIRS;
    for (int j = 0; j < PAIRS; j++) {
      for (int i = 0; i < inputs; i++) {
        int low = BFloat16.of(rows[j * inputs + i]) & 0xffff;
        int high = BFloat16.of(rows[(j + PAIRS) * inputs + i]);
        w[start + i * PAIRS + j] = (high << 16) | low;
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
    kernels.halves(w, inputs(), x, xStride, rows, y, yStride, from, to, scratch);
  }

  @Override
  long bytes() {
    return (long) w.length * Integer.BYTES;
  }

  @Override
  void row(int output, float[] into, int at) {
    int lane = output % Kernels.PANEL;
    int start = output / Kernels.PANEL * inputs() * PAIRS + lane % PAIRS;
    for (int i = 0; i < inputs(); i++) {
      int pair = w[start + i * PAIRS];
      into[at + i] = Float.intBitsToFloat(lane < PAIRS ? pair << 16 : pair & 0xffff0000);
    }
  }
}
