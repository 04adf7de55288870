package io.github.gss4j.java;

/**
 * Plain loops, column by column: HotSpot makes vector instructions of a sum over columns, not of
 * one along them. Products are added unrounded, as the Vector API does it: the numbers are the
 * same, to the bit.
 */
final class PlainKernels implements Kernels {
  @Override
  public void floats(
      float[] w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to) {
    for (int panel = from; panel < to; panel++) {
      for (int row = 0; row < rows; row++) {
        int yAt = row * yStride + panel * PANEL;
        int xAt = row * xStride;
        clear(y, yAt);
        for (int i = 0; i < inputs; i++) {
          add(y, yAt, x[xAt + i], w, (panel * inputs + i) * PANEL);
        }
      }
    }
  }

  private static void clear(float[] y, int at) {
    for (int j = 0; j < PANEL; j++) {
      y[at + j] = 0;
    }
  }

  private static void add(float[] y, int yAt, float x, float[] w, int wAt) {
    for (int j = 0; j < PANEL; j++) {
      y[yAt + j] = Math.fma(w[wAt + j], x, y[yAt + j]);
    }
  }

  @Override
  public void halves(
      int[] w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to,
      float[] scratch) {
    packed(
        PlainKernels::widenHalves, 2, w, inputs, x, xStride, rows, y, yStride, from, to, scratch);
  }

  private static void widenHalves(int[] w, int at, float[] wide) {
    for (int j = 0; j < PANEL / 2; j++) {
      wide[j] = Float.intBitsToFloat(w[at + j] << 16);
      wide[j + PANEL / 2] = Float.intBitsToFloat(w[at + j] & 0xffff0000);
    }
  }

  @Override
  public void bytes(
      int[] w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to,
      float[] scratch) {
    packed(PlainKernels::widenBytes, 4, w, inputs, x, xStride, rows, y, yStride, from, to, scratch);
  }

  private static void widenBytes(int[] w, int at, float[] wide) {
    for (int j = 0; j < PANEL / 4; j++) {
      int four = w[at + j];
      wide[j] = (four << 24) >> 24;
      wide[j + 16] = (four << 16) >> 24;
      wide[j + 32] = (four << 8) >> 24;
      wide[j + 48] = four >> 24;
    }
  }

  /** Makes float32 of a panel's weights of one input. */
  private interface Widen {
    void widen(int[] w, int at, float[] wide);
  }

  private static void packed(
      Widen widen,
      int outputs,
      int[] w,
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
      for (int row = 0; row < rows; row++) {
        clear(y, row * yStride + panel * PANEL);
      }
      for (int i = 0; i < inputs; i++) {
        widen.widen(w, (panel * inputs + i) * (PANEL / outputs), scratch);
        for (int row = 0; row < rows; row++) {
          add(y, row * yStride + panel * PANEL, x[row * xStride + i], scratch, 0);
        }
      }
    }
  }

  @Override
  public void stateSpace(
      float[] s,
      int sAt,
      float[] c,
      int cAt,
      float[] decay,
      int modes,
      float[] u,
      int uAt,
      float[] y,
      int yAt,
      int stride,
      int tokens) {
    for (int t = 0; t < tokens; t++) {
      int to = yAt + t * stride;
      for (int j = 0; j < BLOCK; j++) {
        y[to + j] = 0;
      }
      for (int n = 0; n < modes; n++) {
        int at = 2 * n * BLOCK;
        mode(s, sAt + at, c, cAt + at, decay[n], decay[modes + n], u, uAt + t * stride, y, to);
      }
    }
  }

  private static void mode(
      float[] s,
      int sAt,
      float[] c,
      int cAt,
      float dr,
      float di,
      float[] u,
      int uAt,
      float[] y,
      int yAt) {
    for (int j = 0; j < BLOCK; j++) {
      float re = s[sAt + j];
      float im = s[sAt + BLOCK + j];
      float nextRe = Math.fma(re, dr, u[uAt + j] - im * di);
      float nextIm = Math.fma(re, di, im * dr);
      s[sAt + j] = nextRe;
      s[sAt + BLOCK + j] = nextIm;
      float sum = Math.fma(nextRe, c[cAt + j], y[yAt + j]);
      y[yAt + j] = Math.fma(nextIm, c[cAt + BLOCK + j], sum);
    }
  }

  @Override
  public void gelu(float[] x, int from, int count) {
    for (int i = from; i < from + count; i++) {
      x[i] = Gelu.of(x[i]);
    }
  }
}
