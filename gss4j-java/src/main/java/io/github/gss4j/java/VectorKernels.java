package io.github.gss4j.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops in the Vector API. Loaded by name, and only where its module is: nothing else may name
 * this class. What it uses is the same from Java 17 to 25.
 */
final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> F =
      FloatVector.SPECIES_PREFERRED.length() > 16
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  private static final int L = F.length();

  /** Rows whose sums are held in registers together. */
  private static final int TOGETHER = 4;

  /** Tokens that a mode is taken through while it is in registers. */
  private static final int TOKENS = 8;

  @Override
  public String describe() {
    return "Vector API, " + VectorShape.preferredShape();
  }

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
      for (int begin = 0; begin < inputs; begin += INPUTS) {
        int count = Math.min(INPUTS, inputs - begin);
        for (int part = 0; part < PANEL; part += 4 * L) {
          int wAt = (panel * inputs + begin) * PANEL + part;
          int yAt = panel * PANEL + part;
          int row = 0;
          for (; row + TOGETHER <= rows; row += TOGETHER) {
            floats4(
                w,
                wAt,
                x,
                row * xStride + begin,
                xStride,
                count,
                y,
                row * yStride + yAt,
                yStride,
                begin > 0);
          }
          for (; row < rows; row++) {
            floats1(w, wAt, x, row * xStride + begin, count, y, row * yStride + yAt, begin > 0);
          }
        }
      }
    }
  }

  private static FloatVector begin(float[] y, int at, boolean goesOn) {
    return goesOn ? FloatVector.fromArray(F, y, at) : FloatVector.zero(F);
  }

  private static FloatVector load(float[] w, int at) {
    return FloatVector.fromArray(F, w, at);
  }

  private static void floats1(
      float[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean goesOn) {
    FloatVector a = begin(y, yAt, goesOn);
    FloatVector b = begin(y, yAt + L, goesOn);
    FloatVector c = begin(y, yAt + 2 * L, goesOn);
    FloatVector d = begin(y, yAt + 3 * L, goesOn);
    for (int i = 0; i < count; i++) {
      FloatVector v = FloatVector.broadcast(F, x[xAt + i]);
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

  private static void floats4(
      float[] w,
      int wAt,
      float[] x,
      int xAt,
      int xStride,
      int count,
      float[] y,
      int yAt,
      int yStride,
      boolean goesOn) {
    int x1 = xAt + xStride;
    int x2 = x1 + xStride;
    int x3 = x2 + xStride;
    int y1 = yAt + yStride;
    int y2 = y1 + yStride;
    int y3 = y2 + yStride;
    FloatVector a0 = begin(y, yAt, goesOn);
    FloatVector b0 = begin(y, yAt + L, goesOn);
    FloatVector c0 = begin(y, yAt + 2 * L, goesOn);
    FloatVector d0 = begin(y, yAt + 3 * L, goesOn);
    FloatVector a1 = begin(y, y1, goesOn);
    FloatVector b1 = begin(y, y1 + L, goesOn);
    FloatVector c1 = begin(y, y1 + 2 * L, goesOn);
    FloatVector d1 = begin(y, y1 + 3 * L, goesOn);
    FloatVector a2 = begin(y, y2, goesOn);
    FloatVector b2 = begin(y, y2 + L, goesOn);
    FloatVector c2 = begin(y, y2 + 2 * L, goesOn);
    FloatVector d2 = begin(y, y2 + 3 * L, goesOn);
    FloatVector a3 = begin(y, y3, goesOn);
    FloatVector b3 = begin(y, y3 + L, goesOn);
    FloatVector c3 = begin(y, y3 + 2 * L, goesOn);
    FloatVector d3 = begin(y, y3 + 3 * L, goesOn);
    for (int i = 0; i < count; i++) {
      int at = wAt + i * PANEL;
      FloatVector p = load(w, at);
      FloatVector q = load(w, at + L);
      FloatVector r = load(w, at + 2 * L);
      FloatVector s = load(w, at + 3 * L);
      FloatVector v = FloatVector.broadcast(F, x[xAt + i]);
      a0 = p.fma(v, a0);
      b0 = q.fma(v, b0);
      c0 = r.fma(v, c0);
      d0 = s.fma(v, d0);
      v = FloatVector.broadcast(F, x[x1 + i]);
      a1 = p.fma(v, a1);
      b1 = q.fma(v, b1);
      c1 = r.fma(v, c1);
      d1 = s.fma(v, d1);
      v = FloatVector.broadcast(F, x[x2 + i]);
      a2 = p.fma(v, a2);
      b2 = q.fma(v, b2);
      c2 = r.fma(v, c2);
      d2 = s.fma(v, d2);
      v = FloatVector.broadcast(F, x[x3 + i]);
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
    for (int panel = from; panel < to; panel++) {
      for (int begin = 0; begin < inputs; begin += INPUTS) {
        int count = Math.min(INPUTS, inputs - begin);
        int wAt = (panel * inputs + begin) * (PANEL / 2);
        int row = 0;
        if (rows >= TOGETHER) {
          widenHalves(w, wAt, scratch, count);
          row = wideRows(scratch, x, xStride, rows, y, yStride, panel, begin, count);
        }
        for (; row < rows; row++) {
          for (int part = 0; part < PANEL / 2; part += 2 * L) {
            halves1(
                w,
                wAt + part,
                x,
                row * xStride + begin,
                count,
                y,
                row * yStride + panel * PANEL + part,
                begin > 0);
          }
        }
      }
    }
  }

  /** Rows in fours with weights that were widened before. */
  private static int wideRows(
      float[] wide,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int panel,
      int begin,
      int count) {
    int row = 0;
    for (; row + TOGETHER <= rows; row += TOGETHER) {
      for (int part = 0; part < PANEL; part += 4 * L) {
        floats4(
            wide,
            part,
            x,
            row * xStride + begin,
            xStride,
            count,
            y,
            row * yStride + panel * PANEL + part,
            yStride,
            begin > 0);
      }
    }
    return row;
  }

  private static FloatVector low(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector high(IntVector pairs) {
    return pairs.and(0xffff0000).reinterpretAsFloats();
  }

  private static void widenHalves(int[] w, int wAt, float[] wide, int count) {
    int pairs = count * (PANEL / 2);
    for (int at = 0; at < pairs; at += PANEL / 2) {
      for (int part = 0; part < PANEL / 2; part += L) {
        IntVector v = IntVector.fromArray(I, w, wAt + at + part);
        low(v).intoArray(wide, 2 * at + part);
        high(v).intoArray(wide, 2 * at + PANEL / 2 + part);
      }
    }
  }

  private static void halves1(
      int[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean goesOn) {
    int half = PANEL / 2;
    FloatVector a = begin(y, yAt, goesOn);
    FloatVector b = begin(y, yAt + L, goesOn);
    FloatVector c = begin(y, yAt + half, goesOn);
    FloatVector d = begin(y, yAt + half + L, goesOn);
    for (int i = 0; i < count; i++) {
      FloatVector v = FloatVector.broadcast(F, x[xAt + i]);
      IntVector p = IntVector.fromArray(I, w, wAt + i * half);
      IntVector q = IntVector.fromArray(I, w, wAt + i * half + L);
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
    for (int panel = from; panel < to; panel++) {
      for (int begin = 0; begin < inputs; begin += INPUTS) {
        int count = Math.min(INPUTS, inputs - begin);
        int wAt = (panel * inputs + begin) * (PANEL / 4);
        int row = 0;
        if (rows >= TOGETHER) {
          widenBytes(w, wAt, scratch, count);
          row = wideRows(scratch, x, xStride, rows, y, yStride, panel, begin, count);
        }
        for (; row < rows; row++) {
          for (int part = 0; part < PANEL / 4; part += L) {
            bytes1(
                w,
                wAt + part,
                x,
                row * xStride + begin,
                count,
                y,
                row * yStride + panel * PANEL + part,
                begin > 0);
          }
        }
      }
    }
  }

  private static FloatVector digit(IntVector fours, int left) {
    IntVector moved = left == 0 ? fours : fours.lanewise(VectorOperators.LSHL, left);
    IntVector whole = moved.lanewise(VectorOperators.ASHR, 24);
    return (FloatVector) whole.convert(VectorOperators.I2F, 0);
  }

  private static void widenBytes(int[] w, int wAt, float[] wide, int count) {
    int quarter = PANEL / 4;
    int fours = count * quarter;
    for (int at = 0; at < fours; at += quarter) {
      for (int part = 0; part < quarter; part += L) {
        IntVector v = IntVector.fromArray(I, w, wAt + at + part);
        digit(v, 24).intoArray(wide, 4 * at + part);
        digit(v, 16).intoArray(wide, 4 * at + part + quarter);
        digit(v, 8).intoArray(wide, 4 * at + part + 2 * quarter);
        digit(v, 0).intoArray(wide, 4 * at + part + 3 * quarter);
      }
    }
  }

  private static void bytes1(
      int[] w, int wAt, float[] x, int xAt, int count, float[] y, int yAt, boolean goesOn) {
    int quarter = PANEL / 4;
    FloatVector a = begin(y, yAt, goesOn);
    FloatVector b = begin(y, yAt + quarter, goesOn);
    FloatVector c = begin(y, yAt + 2 * quarter, goesOn);
    FloatVector d = begin(y, yAt + 3 * quarter, goesOn);
    for (int i = 0; i < count; i++) {
      FloatVector v = FloatVector.broadcast(F, x[xAt + i]);
      IntVector p = IntVector.fromArray(I, w, wAt + i * quarter);
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
    for (int part = 0; part < BLOCK; part += L) {
      int t = 0;
      for (; t + TOKENS <= tokens; t += TOKENS) {
        int at = t * stride + part;
        modes8(s, sAt + part, c, cAt + part, decay, modes, u, uAt + at, y, yAt + at, stride);
      }
      for (; t < tokens; t++) {
        int at = t * stride + part;
        modes1(s, sAt + part, c, cAt + part, decay, modes, u, uAt + at, y, yAt + at);
      }
    }
  }

  private static void modes1(
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
      FloatVector dr = FloatVector.broadcast(F, decay[n]);
      FloatVector di = FloatVector.broadcast(F, decay[modes + n]);
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

  private static void modes8(
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
      FloatVector dr = FloatVector.broadcast(F, decay[n]);
      FloatVector di = FloatVector.broadcast(F, decay[modes + n]);
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

  @Override
  public void gelu(float[] x, int from, int count) {
    for (int i = from; i < from + count; i += L) {
      FloatVector v = load(x, i);
      FloatVector z = v.mul(Gelu.SQRT_HALF).min(4).max(-4);
      FloatVector z2 = z.mul(z);
      FloatVector p = FloatVector.broadcast(F, Gelu.P13);
      p = p.fma(z2, FloatVector.broadcast(F, Gelu.P11));
      p = p.fma(z2, FloatVector.broadcast(F, Gelu.P9));
      p = p.fma(z2, FloatVector.broadcast(F, Gelu.P7));
      p = p.fma(z2, FloatVector.broadcast(F, Gelu.P5));
      p = p.fma(z2, FloatVector.broadcast(F, Gelu.P3));
      p = p.fma(z2, FloatVector.broadcast(F, Gelu.P1)).mul(z);
      FloatVector q = FloatVector.broadcast(F, Gelu.Q8);
      q = q.fma(z2, FloatVector.broadcast(F, Gelu.Q6));
      q = q.fma(z2, FloatVector.broadcast(F, Gelu.Q4));
      q = q.fma(z2, FloatVector.broadcast(F, Gelu.Q2));
      q = q.fma(z2, FloatVector.broadcast(F, Gelu.Q0));
      v.mul(0.5f).mul(p.div(q).add(1)).intoArray(x, i);
    }
  }
}
