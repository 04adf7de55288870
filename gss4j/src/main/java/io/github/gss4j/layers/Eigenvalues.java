package io.github.gss4j.layers;

import java.util.Arrays;

/**
 * The eigenvalues Λ of a state space: a mode turns and shrinks by e^Λ a token.
 *
 * @param lambdaRe (N), below 0
 * @param lambdaIm (N), radians a token
 */
@SuppressWarnings("ArrayRecordComponent") // only shown, never compared
public record Eigenvalues(double[] lambdaRe, double[] lambdaIm) {
  /** −1/Re Λ, in tokens, ascending. */
  public double[] timeConstants() {
    return Arrays.stream(lambdaRe).map(re -> -1 / re).sorted().toArray();
  }
}
