package io.github.gss4j.java;

/**
 * Plain loops until those of the Vector API are compiled: before, these are a thousand times as
 * slow. Both compute the same to the bit. A program that ends soon never needs the compiler for
 * them.
 */
final class WarmingKernels implements Kernels {
  /** How long plain loops work before the others are compiled. */
  private static final long PATIENCE_NANOS = 200_000_000;

  private final Kernels plain;
  private final Kernels vectors;
  private final Weights.Dtype dtype;
  private volatile Kernels now;
  private volatile boolean warming;
  private long begun;

  WarmingKernels(Kernels plain, Kernels vectors, Weights.Dtype dtype) {
    this.plain = plain;
    this.vectors = vectors;
    this.dtype = dtype;
    this.now = plain;
  }

  @Override
  public String describe() {
    return vectors.describe();
  }

  private Kernels now() {
    Kernels kernels = now;
    if (kernels == plain && !warming) {
      warmLater();
    }
    return kernels;
  }

  private synchronized void warmLater() {
    long time = System.nanoTime();
    if (begun == 0) {
      begun = time;
    } else if (time - begun > PATIENCE_NANOS && !warming) {
      warming = true;
      Thread thread = new Thread(this::warm, "gss4j-java-warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void warm() {
    if (new WarmUp(plain, vectors).run(dtype)) {
      now = vectors;
    }
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
    now().floats(w, inputs, x, xStride, rows, y, yStride, from, to);
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
    now().halves(w, inputs, x, xStride, rows, y, yStride, from, to, scratch);
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
    now().bytes(w, inputs, x, xStride, rows, y, yStride, from, to, scratch);
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
    now().stateSpace(s, sAt, c, cAt, decay, modes, u, uAt, y, yAt, stride, tokens);
  }

  @Override
  public void gelu(float[] x, int from, int count) {
    now().gelu(x, from, count);
  }
}
