package io.github.gss4j.weights;

import io.github.gss4j.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Counts values that are not numbers. */
final class NonFiniteCount {
  private NonFiniteCount() {}

  /**
   * How many values are NaN or infinite. One pass of sums where there are none: a sum is finite
   * only if every term is.
   */
  static long count(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      if (!torch.is_floating_point(tensor)) {
        return 0;
      }
      boolean half = tensor.element_size() == 2;
      Tensor wide = half ? tensor.to(ScalarType.Float) : tensor;
      if (Double.isFinite(Tensors.value(wide.sum()))) {
        return 0;
      }
      return tensor.numel() - (long) Tensors.value(torch.isfinite(tensor).sum());
    }
  }
}
