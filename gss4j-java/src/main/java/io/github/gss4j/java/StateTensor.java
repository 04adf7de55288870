package io.github.gss4j.java;

import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.checkpoint.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A tensor of a state that is written to a file. */
final class StateTensor implements TensorData {
  private final TensorType dtype;
  private final List<Long> shape;
  private final ByteBuffer bytes;

  private StateTensor(TensorType dtype, long[] shape, ByteBuffer bytes) {
    this.dtype = dtype;
    this.shape = Arrays.stream(shape).boxed().toList();
    this.bytes = bytes;
  }

  static StateTensor of(float[] values, long... shape) {
    ByteBuffer bytes = room(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    return new StateTensor(TensorType.F32, shape, bytes);
  }

  /** How many tokens were read, (1) of int64. */
  static StateTensor count(long tokens) {
    return new StateTensor(TensorType.I64, new long[] {1}, room(Long.BYTES).putLong(tokens).flip());
  }

  private static ByteBuffer room(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public TensorType dtype() {
    return dtype;
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  @Override
  public void forEachPart(Part action) throws IOException {
    action.use(bytes.duplicate());
  }
}
