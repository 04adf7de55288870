package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A dense product: y = x Wᵀ (+ b), in the dtype that the model's precision gives to products.
 *
 * @param weight (outputs, inputs)
 * @param scale (outputs) where the weight is kept in 8 bits, else null
 * @param bias (outputs), or null
 * @param products the dtype of the product and its result
 */
public record Dense(Tensor weight, Tensor scale, Tensor bias, ScalarType products) {
  /** A product with a weight in a floating dtype. */
  public Dense(Tensor weight, Tensor bias, ScalarType products) {
    this(weight, null, bias, products);
  }

  /** Declares a product without bias under {@code name.weight}. */
  public static Dense declare(Parameters p, String name, long inputs, long outputs) {
    Tensor weight = p.at(name).declare("weight", Role.MATRIX, Init.linear(inputs), outputs, inputs);
    Tensor scale =
        p.precision() == Precision.INT8
            ? p.at(name).declare(Int8.SCALE, Role.SCALE, Init.constant(1), outputs)
            : null;
    return new Dense(weight, scale, null, p.precision().products());
  }

  /** Declares a product with bias under {@code name.weight} and {@code name.bias}. */
  public static Dense declareWithBias(Parameters p, String name, long inputs, long outputs) {
    Dense plain = declare(p, name, inputs, outputs);
    Tensor bias = p.at(name).declare("bias", Role.BIAS, Init.linear(inputs), outputs);
    return new Dense(plain.weight, plain.scale, bias, plain.products);
  }

  /**
   * The product.
   *
   * @param x (…, inputs)
   * @return (…, outputs)
   */
  public Tensor apply(Tensor x) {
    if (scale != null) {
      Tensor y = Int8.product(x, weight, scale);
      return bias == null ? y : y.add(bias.to(products));
    }
    Tensor in = x.to(products);
    Tensor w = weight.to(products);
    if (isOneVector(in)) {
      return oneVector(in, w);
    }
    return bias == null
        ? torch.linear(in, w)
        : torch.linear(in, w, new TensorOptional(bias.to(products)));
  }

  /** On a CPU, one vector at a time is read twice as fast as a matrix of one row. */
  private boolean isOneVector(Tensor in) {
    return products != ScalarType.BFloat16 && in.numel() == weight.size(1) && !in.is_cuda();
  }

  private Tensor oneVector(Tensor in, Tensor w) {
    Tensor y = w.mv(in.reshape(-1));
    long[] shape = Tensors.shape(in);
    shape[shape.length - 1] = weight.size(0);
    return (bias == null ? y : y.add(bias.to(products))).view(shape);
  }
}
