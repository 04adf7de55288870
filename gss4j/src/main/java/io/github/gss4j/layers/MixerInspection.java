package io.github.gss4j.layers;

import java.util.Optional;

/** What reports and plots can show of a mixer; empty where it has no such thing. */
public interface MixerInspection {
  /** The eigenvalues of its state space. */
  default Optional<Eigenvalues> modes() {
    return Optional.empty();
  }

  /** Its kernel where parameters alone make it, in the scope around the call. */
  default Optional<KernelCurves> curves(long lags) {
    return Optional.empty();
  }

  /** Its kernel where the text makes it, after that text, in the scope around the call. */
  default Optional<KernelCurves> curves(MixerState state) {
    return Optional.empty();
  }
}
