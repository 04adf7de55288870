package io.github.gss4j.cli.inspect;

import java.util.List;

/**
 * What one layer does along the sequence, as curves over lags or tokens.
 *
 * @param title the layer, and what is drawn
 * @param across what stands along the horizontal axis
 * @param logarithmic whether the vertical axis is; all values are then above zero
 * @param curves none where a layer has no kernel to draw
 */
record KernelPlot(String title, String across, boolean logarithmic, List<Curve> curves) {
  /**
   * One line.
   *
   * @param name for the legend
   * @param values at 0, 1, 2 …
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn once, never compared
  record Curve(String name, double[] values) {}

  /** How many values the longest curve has. */
  int length() {
    return curves.stream().mapToInt(c -> c.values.length).max().orElse(0);
  }
}
