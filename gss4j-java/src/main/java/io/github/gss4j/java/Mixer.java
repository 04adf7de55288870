package io.github.gss4j.java;

/** Carries information along sequences. */
interface Mixer {
  /** What it remembers before the first token. */
  LayerState start();

  /** What it remembers by a saved state. */
  LayerState restore(SavedLayer saved);

  /**
   * A worker's share of the mixing. The caller meets the others before and after.
   *
   * @param in (rows, H)
   * @param out (rows, H)
   * @param number of the layer, under which sequences keep its memory
   */
  void mix(ForwardPass p, Team.Worker w, float[] in, float[] out, int number);
}
