package io.github.gss4j.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** How wide this processor's vectors are, at most 512 bits, and what all loops begin with. */
final class VectorLanes {
  static final VectorSpecies<Float> F =
      FloatVector.SPECIES_PREFERRED.length() > 16
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  static final int L = F.length();

  private VectorLanes() {}

  static FloatVector load(float[] values, int at) {
    return FloatVector.fromArray(F, values, at);
  }

  static IntVector load(int[] values, int at) {
    return IntVector.fromArray(I, values, at);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(F, value);
  }

  /** Zeros, or the sums so far. */
  static FloatVector begin(float[] y, int at, boolean adds) {
    return adds ? load(y, at) : FloatVector.zero(F);
  }
}
