package io.github.gss4j.weights;

import io.github.gss4j.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Counts values that a cast to another type makes infinite. */
final class OverflowCount {
  private OverflowCount() {}

  /** How many finite values a tensor has that are infinite in the other, its cast. */
  static long count(Tensor tensor, Tensor cast) {
    if (!canOverflow(tensor.scalar_type().intern(), cast.scalar_type().intern())
        || tensor.numel() == 0) {
      return 0;
    }
    try (PointerScope scope = new PointerScope()) {
      T_TensorTensor_T ends = torch.aminmax(tensor); // NaN if any is
      if (isFinite(ends.get0(), cast) && isFinite(ends.get1(), cast)) {
        return 0;
      }
      Tensor overflowed = torch.isfinite(tensor).logical_and(torch.isfinite(cast).logical_not());
      return (long) Tensors.value(overflowed.sum());
    }
  }

  private static boolean isFinite(Tensor value, Tensor cast) {
    return Double.isFinite(Tensors.value(value.to(cast.scalar_type())));
  }

  private static boolean canOverflow(ScalarType from, ScalarType to) {
    return switch (to) {
      case Half ->
          from != ScalarType.Half && torch.elementSize(from) >= 2 && from != ScalarType.Short;
      case BFloat16 -> from == ScalarType.Float || from == ScalarType.Double;
      case Float -> from == ScalarType.Double;
      default -> false;
    };
  }
}
