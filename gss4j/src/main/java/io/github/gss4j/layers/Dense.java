package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A dense product: y = x Wᵀ (+ b), in the dtype that the model's precision gives to products.
 *
 * @param weight (outputs, inputs)
 * @param bias (outputs), or null
 * @param products the dtype of the product and its result
 */
public record Dense(Tensor weight, Tensor bias, ScalarType products) {
  /** Declares a product without bias under {@code name.weight}. */
  public static Dense declare(Parameters p, String name, long inputs, long outputs) {
    Tensor weight = p.at(name).declare("weight", Role.MATRIX, Init.linear(inputs), outputs, inputs);
    return new Dense(weight, null, p.precision().products());
  }

  /** Declares a product with bias under {@code name.weight} and {@code name.bias}. */
  public static Dense declareWithBias(Parameters p, String name, long inputs, long outputs) {
    Dense plain = declare(p, name, inputs, outputs);
    Tensor bias = p.at(name).declare("bias", Role.BIAS, Init.linear(inputs), outputs);
    return new Dense(plain.weight, bias, plain.products);
  }

  /**
   * The product.
   *
   * @param x (…, inputs)
   * @return (…, outputs)
   */
  public Tensor apply(Tensor x) {
    Tensor in = x.to(products);
    Tensor w = weight.to(products);
    return bias == null
        ? torch.linear(in, w)
        : torch.linear(in, w, new TensorOptional(bias.to(products)));
  }
}
