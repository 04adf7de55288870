package io.github.gss4j.ops;

import static org.bytedeco.pytorch.global.torch.cat;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Rotary positions: pairs of a vector's numbers are turned by angles that grow with its position,
 * so that the product of two vectors depends on their distance.
 *
 * <pre>
 * (x_i + i·x_{i+d/2}) · e^{i·p·θ_i}       θ_i = 10000^{−2i/d}       i = 0 … d/2−1
 * </pre>
 *
 * <p>Angles are taken in float64, so a position may run into the millions. Su et al. 2021 (arXiv
 * 2104.09864).
 */
public final class Rotary {
  private static final double BASE = 10_000;

  private Rotary() {}

  /**
   * e^{i·p·θ} for positions p.
   *
   * @param positions (B, L), any dtype of whole numbers
   * @param dim d, even
   * @return (B, 1, L, d), float64: cosines, then sines
   */
  public static Tensor turns(Tensor positions, long dim) {
    Tensor pair = Tensors.range(0, dim / 2, positions);
    Tensor theta = pair.mul(new Scalar(-2 * Math.log(BASE) / dim)).exp(); // (d/2)
    Tensor angle = theta.mul(positions.unsqueeze(2)).unsqueeze(1); // (B, 1, L, d/2)
    return cat(new TensorVector(angle.cos(), angle.sin()), -1);
  }

  /**
   * Turns vectors.
   *
   * @param x (B, heads, L, d)
   * @param turns as {@link #turns} gives them
   */
  public static Tensor rotate(Tensor x, Tensor turns) {
    long half = x.size(-1) / 2;
    Tensor t = turns.to(x.scalar_type());
    return StateSpaceKernel.multiply(
        x.narrow(-1, 0, half),
        x.narrow(-1, half, half),
        t.narrow(-1, 0, half),
        t.narrow(-1, half, half));
  }
}
