package io.github.gss4j.tracking;

/**
 * What a state-space layer has learned, to be drawn.
 *
 * @param layer its name
 * @param kernels K of some of its channels, (channels, L): by lag 0 … L−1
 * @param lambdaRe real part of Λ, (N), below 0
 * @param lambdaIm imaginary part of Λ, (N)
 */
@SuppressWarnings("ArrayRecordComponent") // only drawn, never compared
public record KernelPicture(
    String layer, double[][] kernels, double[] lambdaRe, double[] lambdaIm) {
  /** Checks that Λ is whole. */
  public KernelPicture {
    if (lambdaRe.length != lambdaIm.length) {
      throw new IllegalArgumentException(
          layer
              + ": Λ has "
              + lambdaRe.length
              + " real and "
              + lambdaIm.length
              + " imaginary parts, expected as many of both");
    }
  }
}
