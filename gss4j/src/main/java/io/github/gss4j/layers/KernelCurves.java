package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * A kernel as curves to draw.
 *
 * @param symbol what papers call it
 * @param row what one curve belongs to: a channel or a head
 * @param across what the horizontal axis counts
 * @param logarithmic whether values are all above zero and fall over many magnitudes
 * @param values (rows, length)
 */
public record KernelCurves(
    String symbol, String row, String across, boolean logarithmic, Tensor values) {
  /** How many curves there are. */
  public long count() {
    return values.size(0);
  }

  /** The first curves, as many as there are up to a limit. */
  public double[][] first(int most) {
    double[][] rows = new double[(int) Math.min(most, count())][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Tensors.toDoubles(values.select(0, i));
    }
    return rows;
  }
}
