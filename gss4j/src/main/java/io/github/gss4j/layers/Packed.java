package io.github.gss4j.layers;

import io.github.gss4j.ops.Aten;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * bfloat16 matrices in the blocked order that the processor's bfloat16 products read (oneDNN's),
 * laid out once when they are loaded.
 *
 * <p>A product with few rows reads the weights at the speed of the memory: measured 32 GB/s, where
 * the matrix in plain order gave 11 to 16, for it is laid out again at every call.
 */
final class Packed {
  private Packed() {}

  /** Whether a parameter is kept so: matrices of products, for inference on a CPU that has them. */
  static boolean isFor(Precision precision, Role role, Device device) {
    return precision == Precision.BFLOAT16
        && role == Role.MATRIX
        && device.is_cpu()
        && Native.hasFastBfloat16();
  }

  /** A matrix (outputs, inputs) in blocked order. */
  static Tensor of(Tensor matrix) {
    return Aten.result("mkldnn::_reorder_linear_weight", matrix, 1L);
  }

  /** Whether a parameter's value is in blocked order. */
  static boolean is(Tensor value) {
    return value.is_mkldnn();
  }

  /** The matrix in plain order again, to the bit. */
  static Tensor plain(Tensor packed) {
    return packed.to_dense();
  }

  /**
   * The product x Wᵀ (+ b).
   *
   * @param x (…, inputs)
   * @param bias (outputs), or null
   * @return (…, outputs), bfloat16
   */
  static Tensor product(Tensor x, Tensor packed, Tensor bias) {
    return Scopes.scoped(
        () -> {
          Tensor rows = x.to(ScalarType.BFloat16).reshape(-1, packed.size(1)).to_mkldnn();
          TensorOptional b =
              bias == null
                  ? new TensorOptional()
                  : new TensorOptional(bias.to(ScalarType.BFloat16));
          long[] shape = Tensors.shape(x);
          shape[shape.length - 1] = packed.size(0);
          return torch.mkldnn_linear(rows, packed, b).to_dense().view(shape);
        });
  }
}
