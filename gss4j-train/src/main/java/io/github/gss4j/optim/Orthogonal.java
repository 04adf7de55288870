package io.github.gss4j.optim;

import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The nearest matrix with orthogonal rows (or columns), about: U·S'·Vᵀ for G = U·S·Vᵀ, with all of
 * S' between 0.68 and 1.2.
 *
 * <pre>
 * X ← G/‖G‖       five times: X ← a·X + (b·A + c·A²)·X,  A = X·Xᵀ
 * </pre>
 *
 * <p>A Newton–Schulz iteration whose coefficients are steep at zero and do not settle at 1 (Jordan
 * et al. 2024, <a href="https://kellerjordan.github.io/posts/muon/">Muon</a>). Its products need no
 * more than bfloat16's 8 bits, and are taken in it where the processor has it; float64 stays. Costs
 * 10·(2·m²·n + m³) products of numbers for m ≤ n.
 */
final class Orthogonal {
  private static final int STEPS = 5;
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final double LEAST_NORM = 1e-7;

  private Orthogonal() {}

  /**
   * Makes a matrix orthogonal.
   *
   * @param matrix (m, n)
   * @return the same shape and dtype, in the caller's scope
   */
  static Tensor of(Tensor matrix) {
    return Scopes.withoutGradient(
        () -> {
          boolean tall = matrix.size(0) > matrix.size(1);
          Tensor wide = tall ? matrix.t() : matrix;
          Tensor unit = wide.div(wide.norm().clamp_min(new Scalar(LEAST_NORM)));
          Tensor x = iterate(unit.to(products(matrix)).contiguous()).to(matrix.scalar_type());
          return (tall ? x.t() : x).contiguous();
        });
  }

  private static Tensor iterate(Tensor start) {
    Tensor x = start;
    for (int i = 0; i < STEPS; i++) {
      Tensor from = x;
      x =
          Scopes.scoped(
              () -> {
                Tensor gram = from.mm(from.t()); // (m, m)
                Tensor polynomial = torch.addmm(gram, gram, gram, new Scalar(B), new Scalar(C));
                return torch.addmm(from, polynomial, from, new Scalar(A), new Scalar(1));
              });
    }
    return x;
  }

  private static ScalarType products(Tensor matrix) {
    boolean fast = matrix.is_cuda() || Native.hasFastBfloat16();
    return fast && Tensors.type(matrix) == ScalarType.Float
        ? ScalarType.BFloat16
        : Tensors.type(matrix);
  }
}
