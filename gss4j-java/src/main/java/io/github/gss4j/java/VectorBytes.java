package io.github.gss4j.java;

import static io.github.gss4j.java.Kernels.PANEL;
import static io.github.gss4j.java.VectorLanes.L;
import static io.github.gss4j.java.VectorLanes.all;
import static io.github.gss4j.java.VectorLanes.begin;
import static io.github.gss4j.java.VectorLanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Products with weights in 8 bits, as {@link Kernels#bytes} has them. */
final class VectorBytes implements VectorProduct<int[]> {
  @Override
  public int outputs() {
    return 4;
  }

  @Override
  public void row(
      int[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean adds) {
    for (int part = 0; part < PANEL / 4; part += L) {
      one(w, wAt + part, x, xAt, count, y, yAt + part, adds);
    }
  }

  @Override
  public float[] wide(int[] w, int wAt, int count, float[] wide) {
    int quarter = PANEL / 4;
    int fours = count * quarter;
    for (int at = 0; at < fours; at += quarter) {
      for (int part = 0; part < quarter; part += L) {
        IntVector v = load(w, wAt + at + part);
        digit(v, 24).intoArray(wide, 4 * at + part);
        digit(v, 16).intoArray(wide, 4 * at + part + quarter);
        digit(v, 8).intoArray(wide, 4 * at + part + 2 * quarter);
        digit(v, 0).intoArray(wide, 4 * at + part + 3 * quarter);
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
    int quarter = PANEL / 4;
    FloatVector a = begin(y, yAt, adds);
    FloatVector b = begin(y, yAt + quarter, adds);
    FloatVector c = begin(y, yAt + 2 * quarter, adds);
    FloatVector d = begin(y, yAt + 3 * quarter, adds);
    for (int i = 0; i < count; i++) {
      FloatVector v = all(x[xAt + i]);
      IntVector p = load(w, wAt + i * quarter);
      a = digit(p, 24).fma(v, a);
      b = digit(p, 16).fma(v, b);
      c = digit(p, 8).fma(v, c);
      d = digit(p, 0).fma(v, d);
    }
    a.intoArray(y, yAt);
    b.intoArray(y, yAt + quarter);
    c.intoArray(y, yAt + 2 * quarter);
    d.intoArray(y, yAt + 3 * quarter);
  }

  private static FloatVector digit(IntVector fours, int left) {
    IntVector moved = left == 0 ? fours : fours.lanewise(VectorOperators.LSHL, left);
    IntVector whole = moved.lanewise(VectorOperators.ASHR, 24);
    return (FloatVector) whole.convert(VectorOperators.I2F, 0);
  }
}
