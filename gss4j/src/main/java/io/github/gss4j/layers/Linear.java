package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
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
public record Linear(Tensor weight, Tensor scale, Tensor bias, ScalarType products) {
  private static final long FEW_ROWS = 8;
  private static final long LARGE = 1 << 18;

  /** A product with a weight in a floating dtype. */
  public Linear(Tensor weight, Tensor bias, ScalarType products) {
    this(weight, null, bias, products);
  }

  /** Declares a product without bias under {@code name.weight}. */
  public static Linear declare(Parameters p, String name, long inputs, long outputs) {
    Tensor weight = p.at(name).declare("weight", Role.MATRIX, Init.linear(inputs), outputs, inputs);
    Tensor scale =
        p.precision() == Precision.INT8
            ? p.at(name).declare(Int8.SCALE, Role.SCALE, Init.constant(1), outputs)
            : null;
    return new Linear(weight, scale, null, p.precision().products());
  }

  /** Declares a product with bias under {@code name.weight} and {@code name.bias}. */
  public static Linear declareWithBias(Parameters p, String name, long inputs, long outputs) {
    Linear plain = declare(p, name, inputs, outputs);
    Tensor bias = p.at(name).declare("bias", Role.BIAS, Init.linear(inputs), outputs);
    return new Linear(plain.weight, plain.scale, bias, plain.products);
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
    if (Packed.is(weight)) {
      return Packed.product(x, weight, bias);
    }
    Tensor in = x.to(products);
    Tensor w = weight.to(products);
    if (isFewVectors(in)) {
      return vectors(in, w);
    }
    return bias == null
        ? torch.linear(in, w)
        : torch.linear(in, w, new TensorOptional(bias.to(products)));
  }

  /** An uninitialised tensor for the products of this many rows. */
  Tensor buffer(long rows) {
    return torch.empty(
        new long[] {rows, weight.size(0)},
        Tensors.options(products, weight.device()),
        new MemoryFormatOptional());
  }

  /** On a CPU, vectors one by one are read many times as fast as a matrix of few rows. */
  private boolean isFewVectors(Tensor in) {
    long rows = in.numel() / weight.size(1);
    return products != ScalarType.BFloat16
        && !in.is_cuda()
        && (rows == 1 || (rows <= FEW_ROWS && weight.numel() >= LARGE));
  }

  private Tensor vectors(Tensor in, Tensor w) {
    Tensor rows = in.reshape(-1, w.size(1));
    TensorVector all = new TensorVector();
    for (long i = 0; i < rows.size(0); i++) {
      Tensor row = rows.select(0, i);
      all.push_back(bias == null ? w.mv(row) : torch.addmv(bias.to(products), w, row));
    }
    Tensor y = all.size() == 1 ? all.get(0) : torch.cat(all, 0);
    long[] shape = Tensors.shape(in);
    shape[shape.length - 1] = weight.size(0);
    return y.view(shape);
  }
}
