package io.github.gss4j.java;

/**
 * The loops that take the time. Outputs lie side by side in lanes, so no sum runs across lanes: a
 * number comes of the same operations in the same order, however many rows and threads there are.
 *
 * <p>Rows have a stride that is a multiple of {@link #PANEL}: what lies beyond a row's width may be
 * written.
 */
interface Kernels {
  /** How many outputs of a matrix lie side by side. */
  int PANEL = 64;

  /** How many channels of a state space lie side by side. */
  int BLOCK = 32;

  /** Inputs that are taken at once, so that a panel's part stays in the cache for all rows. */
  int INPUTS = 1024;

  /** How much a thread needs to widen weights in. */
  int SCRATCH = INPUTS * PANEL;

  /** A width rounded up to whole panels. */
  static int padded(int width) {
    return Math.multiplyExact(-Math.floorDiv(-width, PANEL), PANEL);
  }

  /**
   * Panels of y = x Wᵀ.
   *
   * @param w float32, (panels, inputs, 64)
   * @param from the first panel
   * @param to the panel after the last
   */
  void floats(
      float[] w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to);

  /**
   * Panels of y = x Wᵀ with bfloat16 weights.
   *
   * @param w (panels, inputs, 32): number j holds output j in its lower half, output j + 32 in its
   *     upper
   * @param scratch {@link #SCRATCH} numbers to work with
   */
  void halves(
      int[] w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to,
      float[] scratch);

  /**
   * Panels of y = x Wᵀ with 8-bit weights, without their scales.
   *
   * @param w (panels, inputs, 16): byte k of number j holds output j + 16 k
   * @param scratch {@link #SCRATCH} numbers to work with
   */
  void bytes(
      int[] w,
      int inputs,
      float[] x,
      int xStride,
      int rows,
      float[] y,
      int yStride,
      int from,
      int to,
      float[] scratch);

  /**
   * Takes tokens through one block of a state space's channels.
   *
   * <pre>
   * s[n] ← e^Λ[n] s[n] + u        y = Re Σ_n C̃[n] s[n]
   * </pre>
   *
   * @param s (N, 2, 32) from {@code sAt}: real parts, then imaginary parts
   * @param c the conjugate of C̃, laid out like s
   * @param decay e^Λ: N real parts, then N imaginary parts
   * @param u 32 numbers per token
   * @param y 32 numbers per token
   */
  void stateSpace(
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
      int tokens);

  /** x ← x Φ(x), some whole panels of them. */
  void gelu(float[] x, int from, int count);
}
