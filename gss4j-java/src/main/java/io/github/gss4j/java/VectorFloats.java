package io.github.gss4j.java;

import static io.github.gss4j.java.Kernels.PANEL;
import static io.github.gss4j.java.VectorLanes.L;
import static io.github.gss4j.java.VectorLanes.all;
import static io.github.gss4j.java.VectorLanes.begin;
import static io.github.gss4j.java.VectorLanes.load;

import jdk.incubator.vector.FloatVector;

/** Products with weights in float32, as {@link Kernels#floats} has them. */
final class VectorFloats implements VectorProduct<float[]> {
  @Override
  public int outputs() {
    return 1;
  }

  @Override
  public void row(
      float[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean adds) {
    for (int part = 0; part < PANEL; part += 4 * L) {
      one(w, wAt + part, x, xAt, count, y, yAt + part, adds);
    }
  }

  @Override
  public float[] wide(float[] w, int wAt, int count, float[] scratch) {
    return w;
  }

  @Override
  public int wideAt(int wAt) {
    return wAt;
  }

  /** Four rows through some inputs of a panel. */
  static void rows(
      float[] w,
      int wAt,
      float[] x,
      int xAt,
      int xStride,
      int count,
      float[] y,
      int yAt,
      int yStride,
      boolean adds) {
    for (int part = 0; part < PANEL; part += 4 * L) {
      four(w, wAt + part, x, xAt, xStride, count, y, yAt + part, yStride, adds);
    }
  }

  private static void one(
      float[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean adds) {
    FloatVector a = begin(y, yAt, adds);
    FloatVector b = begin(y, yAt + L, adds);
    FloatVector c = begin(y, yAt + 2 * L, adds);
    FloatVector d = begin(y, yAt + 3 * L, adds);
    for (int i = 0; i < count; i++) {
      FloatVector v = all(x[xAt + i]);
      int at = wAt + i * PANEL;
      a = load(w, at).fma(v, a);
      b = load(w, at + L).fma(v, b);
      c = load(w, at + 2 * L).fma(v, c);
      d = load(w, at + 3 * L).fma(v, d);
    }
    a.intoArray(y, yAt);
    b.intoArray(y, yAt + L);
    c.intoArray(y, yAt + 2 * L);
    d.intoArray(y, yAt + 3 * L);
  }

  private static void four(
      float[] w,
      int wAt,
      float[] x,
      int xAt,
      int xStride,
      int count,
      float[] y,
      int yAt,
      int yStride,
      boolean adds) {
    int x1 = xAt + xStride;
    int x2 = x1 + xStride;
    int x3 = x2 + xStride;
    int y1 = yAt + yStride;
    int y2 = y1 + yStride;
    int y3 = y2 + yStride;
    FloatVector a0 = begin(y, yAt, adds);
    FloatVector b0 = begin(y, yAt + L, adds);
    FloatVector c0 = begin(y, yAt + 2 * L, adds);
    FloatVector d0 = begin(y, yAt + 3 * L, adds);
    FloatVector a1 = begin(y, y1, adds);
    FloatVector b1 = begin(y, y1 + L, adds);
    FloatVector c1 = begin(y, y1 + 2 * L, adds);
    FloatVector d1 = begin(y, y1 + 3 * L, adds);
    FloatVector a2 = begin(y, y2, adds);
    FloatVector b2 = begin(y, y2 + L, adds);
    FloatVector c2 = begin(y, y2 + 2 * L, adds);
    FloatVector d2 = begin(y, y2 + 3 * L, adds);
    FloatVector a3 = begin(y, y3, adds);
    FloatVector b3 = begin(y, y3 + L, adds);
    FloatVector c3 = begin(y, y3 + 2 * L, adds);
    FloatVector d3 = begin(y, y3 + 3 * L, adds);
    for (int i = 0; i < count; i++) {
      int at = wAt + i * PANEL;
      FloatVector p = load(w, at);
      FloatVector q = load(w, at + L);
      FloatVector r = load(w, at + 2 * L);
      FloatVector s = load(w, at + 3 * L);
      FloatVector v = all(x[xAt + i]);
      a0 = p.fma(v, a0);
      b0 = q.fma(v, b0);
      c0 = r.fma(v, c0);
      d0 = s.fma(v, d0);
      v = all(x[x1 + i]);
      a1 = p.fma(v, a1);
      b1 = q.fma(v, b1);
      c1 = r.fma(v, c1);
      d1 = s.fma(v, d1);
      v = all(x[x2 + i]);
      a2 = p.fma(v, a2);
      b2 = q.fma(v, b2);
      c2 = r.fma(v, c2);
      d2 = s.fma(v, d2);
      v = all(x[x3 + i]);
      a3 = p.fma(v, a3);
      b3 = q.fma(v, b3);
      c3 = r.fma(v, c3);
      d3 = s.fma(v, d3);
    }
    a0.intoArray(y, yAt);
    b0.intoArray(y, yAt + L);
    c0.intoArray(y, yAt + 2 * L);
    d0.intoArray(y, yAt + 3 * L);
    a1.intoArray(y, y1);
    b1.intoArray(y, y1 + L);
    c1.intoArray(y, y1 + 2 * L);
    d1.intoArray(y, y1 + 3 * L);
    a2.intoArray(y, y2);
    b2.intoArray(y, y2 + L);
    c2.intoArray(y, y2 + 2 * L);
    d2.intoArray(y, y2 + 3 * L);
    a3.intoArray(y, y3);
    b3.intoArray(y, y3 + L);
    c3.intoArray(y, y3 + 2 * L);
    d3.intoArray(y, y3 + 3 * L);
  }
}
