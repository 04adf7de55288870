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
 * more than bfloat16's 8 bits, and are taken in it where the processor has it; float64 stays.
 *
 * <p>All steps are polynomials of A, and commute: with P = a·I + b·A + c·A², X becomes P·X and A
 * becomes P·A·P. So three steps, then two, are taken on A alone, (m, m), and X is multiplied once
 * at the end of each. A is made anew between them, as bfloat16's error in A's smallest eigenvalues
 * grows eleven times a step. Costs 4·m²·n + 14·m³ multiplications for m ≤ n, instead of 10·m²·n +
 * 5·m³: fewer from n = 1.5·m on.
 */
final class Orthogonal {
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
          Tensor start = unit.to(products(matrix)).contiguous();
          Tensor x = iterate(iterate(start, 3), 2).to(matrix.scalar_type());
          return (tall ? x.t() : x).contiguous();
        });
  }

  /** P_n·…·P_1·X. */
  private static Tensor iterate(Tensor x, int steps) {
    return Scopes.scoped(
        () -> {
          Tensor gram = x.mm(x.t()); // (m, m)
          Tensor step = polynomial(gram);
          Tensor all = step;
          for (int i = 1; i < steps; i++) {
            gram = step.mm(gram).mm(step);
            step = polynomial(gram);
            all = step.mm(all);
          }
          return all.mm(x);
        });
  }

  private static Tensor polynomial(Tensor gram) {
    Tensor sum = torch.addmm(gram, gram, gram, new Scalar(B), new Scalar(C));
    sum.diagonal().add_(new Scalar(A));
    return sum;
  }

  private static ScalarType products(Tensor matrix) {
    boolean fast = matrix.is_cuda() || Native.hasFastBfloat16();
    return fast && Tensors.type(matrix) == ScalarType.Float
        ? ScalarType.BFloat16
        : Tensors.type(matrix);
  }
}
