package io.github.gss4j.layers;

import io.github.gss4j.ops.Aten;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Weight matrices in 8 bits: each row of W is 127 steps of its own size either side of zero.
 *
 * <pre>
 * W[o,i] ≈ s[o]·Q[o,i]     s[o] = max_i |W[o,i]| / 127     Q in −127 … 127
 * x[i]   ≈ t·X[i]          t    = max_i |x[i]| / 127       X in −127 … 127, for few rows
 * y      = s t ⊙ (Q X)     the products' sums in 32-bit integers, exact
 * </pre>
 *
 * <p>Where few rows are read, what matters is how fast the weights come out of memory. Products of
 * 8-bit integers with each other read 26 thousand million weights a second on the machine where
 * bfloat16 reads 16 and 8-bit weights with bfloat16 activations 11. Many rows are taken in
 * bfloat16, with the weights widened first.
 */
final class Int8 {
  /** The name of the row scales beside {@code weight}. */
  static final String SCALE = "weight_scale";

  /** For more rows it pays to widen the weights first. */
  private static final long FEW_ROWS = 16;

  private static final double LEVELS = 127;

  private Int8() {}

  /** A source that gives matrices in 8 bits, and then their scales, from one that has neither. */
  static Parameters.Source quantised(Parameters.Source source) {
    return new Quantised(source, new LinkedHashMap<>());
  }

  private record Quantised(Parameters.Source source, Map<String, Tensor> scales)
      implements Parameters.Source {
    @Override
    public Tensor value(String name, Init init, long[] shape) {
      return source.value(name, init, shape);
    }

    @Override
    public Tensor owned(String name, Init init, long[] shape, ScalarType dtype) {
      if (scales.containsKey(name)) {
        Tensor scale = scales.remove(name);
        PointerScope.getInnerScope().attach(scale);
        scale.releaseReference();
        return scale;
      }
      if (dtype != ScalarType.Char) {
        return source.owned(name, init, shape, dtype);
      }
      Tensor weight = source.owned(name, init, shape, ScalarType.Float);
      Tensor scale = Scopes.kept(() -> scaleOf(weight));
      scales.put(name.replaceFirst("weight$", SCALE), scale);
      return quantise(weight, scale);
    }
  }

  /** Steps of each row, rounded up so that no weight is cut off. */
  static Tensor scaleOf(Tensor weight) {
    Tensor most =
        torch.maximum(weight.amax(new long[] {1}, false), weight.amin(new long[] {1}, false).neg());
    double up = 1 + 1.0 / 256; // bfloat16 rounds by at most 1/256
    return most.mul(new Scalar(up / LEVELS)).clamp_min(new Scalar(1e-30)).to(ScalarType.BFloat16);
  }

  /** Q, block of rows by block of rows: the float32 weights are the only large temporary. */
  static Tensor quantise(Tensor weight, Tensor scale) {
    TensorVector parts = new TensorVector();
    for (long row = 0; row < weight.size(0); row += 1024) {
      long from = row;
      long count = Math.min(1024, weight.size(0) - row);
      parts.push_back(
          Scopes.scoped(
              () ->
                  weight
                      .narrow(0, from, count)
                      .div(scale.narrow(0, from, count).to(ScalarType.Float).unsqueeze(1))
                      .round()
                      .to(ScalarType.Char)));
    }
    return torch.cat(parts, 0);
  }

  /**
   * The product with a matrix in 8 bits.
   *
   * @param x (…, inputs)
   * @param q (outputs, inputs), 8-bit
   * @param scale (outputs), bfloat16
   * @return (…, outputs), bfloat16
   */
  static Tensor product(Tensor x, Tensor q, Tensor scale) {
    boolean few = x.numel() / q.size(1) <= FEW_ROWS && !q.is_cuda();
    return Scopes.scoped(() -> few ? integers(x, q, scale) : widened(x, q, scale));
  }

  private static Tensor integers(Tensor x, Tensor q, Tensor scale) {
    Tensor rows = x.to(ScalarType.Float).reshape(-1, q.size(1));
    Tensor step = rows.abs().amax(new long[] {1}, true).div(new Scalar(LEVELS));
    Tensor digits = rows.div(step.clamp_min(new Scalar(1e-30))).round().to(ScalarType.Char);
    Tensor sums = Aten.result("aten::_int_mm", digits, q.t()).to(ScalarType.Float);
    long[] shape = Tensors.shape(x);
    shape[shape.length - 1] = q.size(0);
    return sums.mul(step).mul(scale).to(ScalarType.BFloat16).view(shape);
  }

  private static Tensor widened(Tensor x, Tensor q, Tensor scale) {
    return torch.linear(x.to(ScalarType.BFloat16), q.to(ScalarType.BFloat16)).mul(scale);
  }
}
