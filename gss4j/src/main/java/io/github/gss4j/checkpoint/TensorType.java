package io.github.gss4j.checkpoint;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The element types of a checkpoint, under the names that the safetensors format gives them. */
public enum TensorType {
  F64(ScalarType.Double, 8),
  F32(ScalarType.Float, 4),
  F16(ScalarType.Half, 2),
  BF16(ScalarType.BFloat16, 2),
  I64(ScalarType.Long, 8),
  I32(ScalarType.Int, 4),
  I16(ScalarType.Short, 2),
  I8(ScalarType.Char, 1),
  U8(ScalarType.Byte, 1),
  BOOL(ScalarType.Bool, 1);

  private final ScalarType scalarType;
  private final int bytes;

  TensorType(ScalarType scalarType, int bytes) {
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  /** libtorch's name for it. */
  public ScalarType scalarType() {
    return scalarType;
  }

  /** Bytes an element. */
  public int bytes() {
    return bytes;
  }

  /** The type of that name, or null. */
  static TensorType named(String name) {
    for (TensorType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** The type that libtorch calls so. */
  public static TensorType of(ScalarType scalarType) {
    ScalarType constant =
        scalarType.intern(); // a value that came out of libtorch is another object
    for (TensorType type : values()) {
      if (type.scalarType == constant) {
        return type;
      }
    }
    throw new IllegalArgumentException("no checkpoint holds tensors of type " + constant);
  }
}
