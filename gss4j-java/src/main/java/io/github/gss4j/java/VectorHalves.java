package io.github.gss4j.java;

import static io.github.gss4j.java.Kernels.PANEL;
import static io.github.gss4j.java.VectorLanes.L;
import static io.github.gss4j.java.VectorLanes.all;
import static io.github.gss4j.java.VectorLanes.begin;
import static io.github.gss4j.java.VectorLanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Products with weights in bfloat16, as {@link Kernels#halves} has them. */
final class VectorHalves implements VectorProduct<int[]> {
  @Override
  public int outputs() {
    return 2;
  }

  @Override
  public void row(
      int[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean adds) {
    for (int part = 0; part < PANEL / 2; part += 2 * L) {
      one(w, wAt + part, x, xAt, count, y, yAt + part, adds);
    }
  }

  @Override
  public float[] wide(int[] w, int wAt, int count, float[] wide) {
    int pairs = count * (PANEL / 2);
    for (int at = 0; at < pairs; at += PANEL / 2) {
      for (int part = 0; part < PANEL / 2; part += L) {
        IntVector v = load(w, wAt + at + part);
        low(v).intoArray(wide, 2 * at + part);
        high(v).intoArray(wide, 2 * at + PANEL / 2 + part);
      }
    }
    return wide;
  }

  @Override
  public int wideAt(int wAt) {
    return 0;
  }

  private static void one(
      int[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean adds) {
    int half = PANEL / 2;
    FloatVector a = begin(y, yAt, adds);
    FloatVector b = begin(y, yAt + L, adds);
    FloatVector c = begin(y, yAt + half, adds);
    FloatVector d = begin(y, yAt + half + L, adds);
    for (int i = 0; i < count; i++) {
      FloatVector v = all(x[xAt + i]);
      IntVector p = load(w, wAt + i * half);
      IntVector q = load(w, wAt + i * half + L);
      a = low(p).fma(v, a);
      b = low(q).fma(v, b);
      c = high(p).fma(v, c);
      d = high(q).fma(v, d);
    }
    a.intoArray(y, yAt);
    b.intoArray(y, yAt + L);
    c.intoArray(y, yAt + half);
    d.intoArray(y, yAt + half + L);
  }

  private static FloatVector low(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector high(IntVector pairs) {
    return pairs.and(0xffff0000).reinterpretAsFloats();
  }
}
