package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.TensorType;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The element types of files as libtorch calls them. */
public final class TensorTypes {
  private static final Map<TensorType, ScalarType> SCALAR =
      new EnumMap<>(
          Map.of(
              TensorType.F64, ScalarType.Double,
              TensorType.F32, ScalarType.Float,
              TensorType.F16, ScalarType.Half,
              TensorType.BF16, ScalarType.BFloat16,
              TensorType.I64, ScalarType.Long,
              TensorType.I32, ScalarType.Int,
              TensorType.I16, ScalarType.Short,
              TensorType.I8, ScalarType.Char,
              TensorType.U8, ScalarType.Byte,
              TensorType.BOOL, ScalarType.Bool));

  private TensorTypes() {}

  /** libtorch's name for a file's type. */
  public static ScalarType scalar(TensorType type) {
    return SCALAR.get(type);
  }

  /** The file's type for libtorch's. */
  static TensorType of(ScalarType scalarType) {
    ScalarType constant = scalarType.intern(); // libtorch's values are other objects
    return SCALAR.entrySet().stream()
        .filter(e -> e.getValue() == constant)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no checkpoint holds tensors of type " + constant))
        .getKey();
  }
}
