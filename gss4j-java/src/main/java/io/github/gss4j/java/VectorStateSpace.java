package io.github.gss4j.java;

import static io.github.gss4j.java.Kernels.BLOCK;
import static io.github.gss4j.java.VectorLanes.F;
import static io.github.gss4j.java.VectorLanes.L;
import static io.github.gss4j.java.VectorLanes.all;
import static io.github.gss4j.java.VectorLanes.load;

import jdk.incubator.vector.FloatVector;

/** The recurrence of {@link Kernels#stateSpace}. */
final class VectorStateSpace {
  /** Tokens that a mode is taken through while it is in registers. */
  private static final int TOKENS = 8;

  private VectorStateSpace() {}

  /** Takes tokens through one block of channels. */
  static void run(
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
    for (int part = 0; part < BLOCK; part += L) {
      int t = 0;
      for (; t + TOKENS <= tokens; t += TOKENS) {
        int at = t * stride + part;
        eight(s, sAt + part, c, cAt + part, decay, modes, u, uAt + at, y, yAt + at, stride);
      }
      for (; t < tokens; t++) {
        int at = t * stride + part;
        one(s, sAt + part, c, cAt + part, decay, modes, u, uAt + at, y, yAt + at);
      }
    }
  }

  private static void one(
      float[] s,
      int sAt,
      float[] c,
      int cAt,
      float[] decay,
      int modes,
      float[] u,
      int uAt,
      float[] y,
      int yAt) {
    FloatVector in = load(u, uAt);
    FloatVector sum = FloatVector.zero(F);
    for (int n = 0; n < modes; n++) {
      int at = 2 * n * BLOCK;
      FloatVector dr = all(decay[n]);
      FloatVector di = all(decay[modes + n]);
      FloatVector re = load(s, sAt + at);
      FloatVector im = load(s, sAt + at + BLOCK);
      FloatVector nextRe = re.fma(dr, in.sub(im.mul(di)));
      FloatVector nextIm = re.fma(di, im.mul(dr));
      nextRe.intoArray(s, sAt + at);
      nextIm.intoArray(s, sAt + at + BLOCK);
      sum = nextRe.fma(load(c, cAt + at), sum);
      sum = nextIm.fma(load(c, cAt + at + BLOCK), sum);
    }
    sum.intoArray(y, yAt);
  }

  private static void eight(
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
      int stride) {
    FloatVector u0 = load(u, uAt);
    FloatVector u1 = load(u, uAt + stride);
    FloatVector u2 = load(u, uAt + 2 * stride);
    FloatVector u3 = load(u, uAt + 3 * stride);
    FloatVector u4 = load(u, uAt + 4 * stride);
    FloatVector u5 = load(u, uAt + 5 * stride);
    FloatVector u6 = load(u, uAt + 6 * stride);
    FloatVector u7 = load(u, uAt + 7 * stride);
    FloatVector y0 = FloatVector.zero(F);
    FloatVector y1 = y0;
    FloatVector y2 = y0;
    FloatVector y3 = y0;
    FloatVector y4 = y0;
    FloatVector y5 = y0;
    FloatVector y6 = y0;
    FloatVector y7 = y0;
    for (int n = 0; n < modes; n++) {
      int at = 2 * n * BLOCK;
      FloatVector dr = all(decay[n]);
      FloatVector di = all(decay[modes + n]);
      FloatVector cr = load(c, cAt + at);
      FloatVector ci = load(c, cAt + at + BLOCK);
      FloatVector re = load(s, sAt + at);
      FloatVector im = load(s, sAt + at + BLOCK);
      FloatVector next = re.fma(dr, u0.sub(im.mul(di)));
      im = re.fma(di, im.mul(dr));
      y0 = im.fma(ci, next.fma(cr, y0));
      re = next.fma(dr, u1.sub(im.mul(di)));
      im = next.fma(di, im.mul(dr));
      y1 = im.fma(ci, re.fma(cr, y1));
      next = re.fma(dr, u2.sub(im.mul(di)));
      im = re.fma(di, im.mul(dr));
      y2 = im.fma(ci, next.fma(cr, y2));
      re = next.fma(dr, u3.sub(im.mul(di)));
      im = next.fma(di, im.mul(dr));
      y3 = im.fma(ci, re.fma(cr, y3));
      next = re.fma(dr, u4.sub(im.mul(di)));
      im = re.fma(di, im.mul(dr));
      y4 = im.fma(ci, next.fma(cr, y4));
      re = next.fma(dr, u5.sub(im.mul(di)));
      im = next.fma(di, im.mul(dr));
      y5 = im.fma(ci, re.fma(cr, y5));
      next = re.fma(dr, u6.sub(im.mul(di)));
      im = re.fma(di, im.mul(dr));
      y6 = im.fma(ci, next.fma(cr, y6));
      re = next.fma(dr, u7.sub(im.mul(di)));
      im = next.fma(di, im.mul(dr));
      y7 = im.fma(ci, re.fma(cr, y7));
      re.intoArray(s, sAt + at);
      im.intoArray(s, sAt + at + BLOCK);
    }
    y0.intoArray(y, yAt);
    y1.intoArray(y, yAt + stride);
    y2.intoArray(y, yAt + 2 * stride);
    y3.intoArray(y, yAt + 3 * stride);
    y4.intoArray(y, yAt + 4 * stride);
    y5.intoArray(y, yAt + 5 * stride);
    y6.intoArray(y, yAt + 6 * stride);
    y7.intoArray(y, yAt + 7 * stride);
  }
}
