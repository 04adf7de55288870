package io.github.gss4j.java;

/** One layer: changes the stream x of a pass, and what each sequence remembers. */
interface Layer {
  /** What it remembers before the first token. */
  LayerState start();

  /** The width of its heads, which are turned by their position; 0 where there are none. */
  default int headDim() {
    return 0;
  }

  /** What it remembers by a saved state. */
  LayerState restore(SavedLayer saved);

  /**
   * A worker's share. All workers call it, begin with x complete, and meet before it returns.
   *
   * @param number of the layer, under which sequences keep its memory
   */
  void run(ForwardPass p, Team.Worker w, int number);
}
