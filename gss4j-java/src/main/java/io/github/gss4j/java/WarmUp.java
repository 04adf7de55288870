package io.github.gss4j.java;

import java.util.List;

/**
 * Runs loops on small arrays until they are about as fast as others, or faster: the compiler is
 * done with them then.
 */
final class WarmUp {
  private static final int INPUTS = 256;
  private static final int MODES = 64;
  private static final int ROWS = 8;
  private static final long LIMIT_NANOS = 20_000_000_000L;

  private final Kernels known;
  private final Kernels cold;
  private final float[] floats = new float[INPUTS * Kernels.PANEL];
  private final int[] packed = new int[INPUTS * Kernels.PANEL / 2];
  private final float[] state = new float[2 * MODES * Kernels.BLOCK];
  private final float[] decay = new float[2 * MODES];
  private final float[] x = new float[ROWS * INPUTS];
  private final float[] y = new float[ROWS * INPUTS];
  private final float[] scratch = new float[Kernels.SCRATCH];

  /** One of the loops, in one of the shapes it is written for. */
  private interface Loop {
    void run(Kernels kernels);
  }

  private final List<Loop> floatLoops =
      List.of(
          k -> k.gelu(y, 0, INPUTS),
          k -> k.floats(floats, INPUTS, x, INPUTS, 1, y, INPUTS, 0, 1),
          k -> k.stateSpace(state, 0, state, 0, decay, MODES, x, 0, y, 0, INPUTS, 1),
          k -> k.floats(floats, INPUTS, x, INPUTS, ROWS, y, INPUTS, 0, 1),
          k -> k.stateSpace(state, 0, state, 0, decay, MODES, x, 0, y, 0, INPUTS, ROWS));

  private final List<Loop> halfLoops =
      List.of(
          k -> k.halves(packed, INPUTS, x, INPUTS, 1, y, INPUTS, 0, 1, scratch),
          k -> k.halves(packed, INPUTS, x, INPUTS, ROWS, y, INPUTS, 0, 1, scratch));

  private final List<Loop> byteLoops =
      List.of(
          k -> k.bytes(packed, INPUTS, x, INPUTS, 1, y, INPUTS, 0, 1, scratch),
          k -> k.bytes(packed, INPUTS, x, INPUTS, ROWS, y, INPUTS, 0, 1, scratch));

  WarmUp(Kernels known, Kernels cold) {
    this.known = known;
    this.cold = cold;
  }

  /** Whether all that a model with weights of a dtype uses became so. */
  boolean run(Weights.Dtype dtype) {
    List<Loop> packedLoops =
        switch (dtype) {
          case FLOAT32 -> List.of();
          case BFLOAT16 -> halfLoops;
          case INT8 -> byteLoops;
        };
    return run(packedLoops) && run(floatLoops);
  }

  private boolean run(List<Loop> loops) {
    long end = System.nanoTime() + LIMIT_NANOS;
    for (Loop loop : loops) {
      long usual = Long.MAX_VALUE;
      long best = Long.MAX_VALUE;
      while (usual == Long.MAX_VALUE || best > 2 * usual) {
        usual = Math.min(usual, nanos(loop, known));
        best = Math.min(best, nanos(loop, cold));
        if (System.nanoTime() > end) {
          return false;
        }
      }
    }
    return true;
  }

  private static long nanos(Loop loop, Kernels kernels) {
    long start = System.nanoTime();
    loop.run(kernels);
    return System.nanoTime() - start;
  }
}
