package io.github.gss4j.checkpoint;

import java.nio.ByteBuffer;

/** The element types of a checkpoint, under the names that the safetensors format gives them. */
public enum TensorType {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2),
  /** 64-bit integer. */
  I64(8),
  /** 32-bit integer. */
  I32(4),
  /** 16-bit integer. */
  I16(2),
  /** 8-bit integer. */
  I8(1),
  /** 8-bit integer without a sign. */
  U8(1),
  /** 0 or 1 in a byte. */
  BOOL(1);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
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

  /**
   * Takes all elements of a buffer as float32.
   *
   * @param from where the first goes in {@code into}
   */
  void toFloats(ByteBuffer elements, float[] into, int from) {
    int count = elements.remaining() / bytes;
    if (this == F32) {
      elements.asFloatBuffer().get(into, from, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      into[from + i] = (float) value(elements, elements.position() + i * bytes);
    }
  }

  /**
   * Takes all elements of a buffer as float64.
   *
   * @param from where the first goes in {@code into}
   */
  void toDoubles(ByteBuffer elements, double[] into, int from) {
    int count = elements.remaining() / bytes;
    for (int i = 0; i < count; i++) {
      into[from + i] = value(elements, elements.position() + i * bytes);
    }
  }

  private double value(ByteBuffer elements, int at) {
    return switch (this) {
      case F64 -> elements.getDouble(at);
      case F32 -> elements.getFloat(at);
      case F16 -> half(elements.getShort(at));
      case BF16 -> Float.intBitsToFloat(elements.getShort(at) << 16);
      case I64 -> elements.getLong(at);
      case I32 -> elements.getInt(at);
      case I16 -> elements.getShort(at);
      case I8 -> elements.get(at);
      case U8, BOOL -> elements.get(at) & 0xff;
    };
  }

  /** The value of a binary16 (Java 20 has Float.float16ToFloat). */
  private static float half(short bits) {
    int sign = bits >> 15 & 1;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        exponent == 0x1f
            ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
            : exponent == 0
                ? fraction * 0x1p-24f
                : Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
    return sign == 0 ? magnitude : -magnitude;
  }
}
