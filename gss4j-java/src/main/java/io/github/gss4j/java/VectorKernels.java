package io.github.gss4j.java;

import static io.github.gss4j.java.VectorLanes.L;
import static io.github.gss4j.java.VectorLanes.all;
import static io.github.gss4j.java.VectorLanes.load;

import jdk.incubator.vector.FloatVector;

/**
 * The loops in the Vector API. Loaded by name, and only where its module is: no class whose name
 * begins otherwise may name one that begins with Vector. What they use is the same from Java 17 to
 * 25.
 */
final class VectorKernels implements Kernels {
  private static final VectorProduct<float[]> FLOATS = new VectorFloats();
  private static final VectorProduct<int[]> HALVES = new VectorHalves();
  private static final VectorProduct<int[]> BYTES = new VectorBytes();

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
    FLOATS.run(w, inputs, x, xStride, rows, y, yStride, from, to, null);
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
    HALVES.run(w, inputs, x, xStride, rows, y, yStride, from, to, scratch);
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
    BYTES.run(w, inputs, x, xStride, rows, y, yStride, from, to, scratch);
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
    VectorStateSpace.run(s, sAt, c, cAt, decay, modes, u, uAt, y, yAt, stride, tokens);
  }

  @Override
  public void gelu(float[] x, int from, int count) {
    for (int i = from; i < from + count; i += L) {
      FloatVector v = load(x, i);
      FloatVector z = v.mul(Gelu.SQRT_HALF).min(4).max(-4);
      FloatVector z2 = z.mul(z);
      FloatVector p = all(Gelu.P13);
      p = p.fma(z2, all(Gelu.P11));
      p = p.fma(z2, all(Gelu.P9));
      p = p.fma(z2, all(Gelu.P7));
      p = p.fma(z2, all(Gelu.P5));
      p = p.fma(z2, all(Gelu.P3));
      p = p.fma(z2, all(Gelu.P1)).mul(z);
      FloatVector q = all(Gelu.Q8);
      q = q.fma(z2, all(Gelu.Q6));
      q = q.fma(z2, all(Gelu.Q4));
      q = q.fma(z2, all(Gelu.Q2));
      q = q.fma(z2, all(Gelu.Q0));
      v.mul(0.5f).mul(p.div(q).add(1)).intoArray(x, i);
    }
  }
}
