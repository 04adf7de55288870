package io.github.gss4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A tensor to be written whose values were in an array; it keeps a copy. */
public final class ArrayTensor implements TensorData {
  private final TensorType dtype;
  private final List<Long> shape;
  private final ByteBuffer bytes;

  private ArrayTensor(TensorType dtype, int elements, long[] shape) {
    this.dtype = dtype;
    this.shape = Arrays.stream(shape).boxed().toList();
    this.bytes =
        ByteBuffer.allocate(Math.multiplyExact(elements, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (bytes() != bytes.capacity()) {
      throw new IllegalArgumentException(elements + " values do not fill shape " + this.shape);
    }
  }

  /** A tensor in float32. */
  public static ArrayTensor of(float[] values, long... shape) {
    ArrayTensor tensor = new ArrayTensor(TensorType.F32, values.length, shape);
    tensor.bytes.asFloatBuffer().put(values);
    return tensor;
  }

  /** A tensor of 64-bit integers. */
  public static ArrayTensor of(long[] values, long... shape) {
    ArrayTensor tensor = new ArrayTensor(TensorType.I64, values.length, shape);
    tensor.bytes.asLongBuffer().put(values);
    return tensor;
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
