package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.ops.Tensors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** All there is to a tensor, to be compared to the last bit. */
record TensorBits(TensorType dtype, List<Long> shape, ByteBuffer bytes) {
  static TensorBits of(Tensor tensor) {
    Tensor plain = tensor.contiguous();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(plain.numel() * plain.element_size()));
    if (bytes.hasRemaining()) {
      bytes.put(Tensors.bytes(plain).asByteBuffer()).flip();
    }
    return new TensorBits(
        TensorTypes.of(plain.scalar_type()),
        Arrays.stream(Tensors.shape(plain)).boxed().toList(),
        bytes);
  }

  static Map<String, TensorBits> of(Map<String, Tensor> tensors) {
    Map<String, TensorBits> bits = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> bits.put(name, of(tensor)));
    return bits;
  }
}
