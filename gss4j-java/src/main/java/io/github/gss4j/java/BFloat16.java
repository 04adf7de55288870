package io.github.gss4j.java;

/** The upper half of a float32. */
final class BFloat16 {
  /** The largest float32 whose nearest bfloat16 is finite. */
  static final float LARGEST = Float.intBitsToFloat(0x7f7f_7fff);

  private BFloat16() {}

  /** The nearest, ties to even. */
  static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }

  static float value(short half) {
    return Float.intBitsToFloat(half << 16);
  }
}
