package io.github.gss4j.layers;

import java.util.Optional;

/** What there is to see of a mixer, for reports and plots; nothing of what it does not have. */
public interface MixerInspection {
  /** The modes it remembers by. */
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
