package io.github.gss4j.java;

import java.util.function.Supplier;

/**
 * Plain loops until those of the Vector API are compiled: before, these are a thousand times as
 * slow. Both compute the same to the bit. A program that ends soon never needs the compiler for
 * them.
 */
final class WarmingKernels implements Supplier<Kernels> {
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
  public Kernels get() {
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
}
