package io.github.gss4j.java;

import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorType;
import java.util.List;
import java.util.Map;

/** The tensors of one layer in a saved state, {@code layers.I.K}. */
final class SavedLayer {
  private final Map<String, StoredTensor> tensors;
  private final int layer;
  private int used;

  SavedLayer(Map<String, StoredTensor> tensors, int layer) {
    this.tensors = tensors;
    this.layer = layer;
  }

  /** How many tensors were asked for. */
  int used() {
    return used;
  }

  /**
   * The next tensor.
   *
   * @param shape −1 where any size fits
   * @throws IllegalArgumentException if there is none of that shape
   */
  float[] floats(long... shape) {
    StoredTensor found = next(shape);
    check(found, found.dtype() == TensorType.F32 || found.dtype() == TensorType.F64);
    return found.toFloats();
  }

  /** The next tensor, a count of tokens. */
  long count() {
    StoredTensor found = next(1);
    check(found, found.dtype() == TensorType.I64);
    return (long) found.toDoubles()[0];
  }

  private StoredTensor next(long... shape) {
    StoredTensor found = tensors.get("layers." + layer + "." + used++);
    check(found, found != null && fits(found.shape(), shape));
    return found;
  }

  private static boolean fits(List<Long> found, long[] shape) {
    boolean fits = found.size() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] < 0 || found.get(i) == shape[i];
    }
    return fits;
  }

  private void check(StoredTensor found, boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException(
          "has "
              + (found == null ? "no" : found.dtype() + " of shape " + found.shape() + " as")
              + " tensor layers."
              + layer
              + "."
              + (used - 1)
              + ", which does not fit this model's layers");
    }
  }
}
