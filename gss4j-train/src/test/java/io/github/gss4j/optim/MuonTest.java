package io.github.gss4j.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.OptimizerConfig.Kind;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Muon against its formula in plain loops, in float64. */
class MuonTest {
  private static final double LR = 0.01;
  private static final OptimizerConfig CONFIG =
      new OptimizerConfig(Kind.MUON, LR, 0.9, 0.98, 1e-6, 0.3, false, 0);

  /** A matrix under the formula. */
  private static final class Formula {
    private final double[][] theta;
    private final double[][] momentum;

    Formula(double[][] theta) {
      this.theta = theta;
      this.momentum = new double[theta.length][theta[0].length];
    }

    void step(double[][] gradient) {
      int rows = theta.length;
      int columns = theta[0].length;
      double[][] wanted = new double[rows][columns];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          momentum[i][j] = 0.95 * momentum[i][j] + 0.05 * gradient[i][j];
          wanted[i][j] = 0.95 * momentum[i][j] + 0.05 * gradient[i][j];
        }
      }
      double[][] o = orthogonal(wanted);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          double update = 0.2 * Math.sqrt(Math.max(rows, columns)) * o[i][j];
          theta[i][j] -= LR * (update + CONFIG.weightDecay() * theta[i][j]);
        }
      }
    }

    private static double[][] orthogonal(double[][] g) {
      double norm = 0;
      for (double[] row : g) {
        for (double value : row) {
          norm += value * value;
        }
      }
      double[][] x = combined(1 / Math.sqrt(norm), g, 0, g);
      for (int step = 0; step < 5; step++) {
        double[][] a =
            product(x, transposed(x)); // whichever side is longer: the result is the same
        double[][] polynomial = combined(-4.7750, a, 2.0315, product(a, a));
        x = combined(3.4445, x, 1, product(polynomial, x));
      }
      return x;
    }

    private static double[][] combined(double p, double[][] a, double q, double[][] b) {
      double[][] sum = new double[a.length][a[0].length];
      for (int i = 0; i < a.length; i++) {
        for (int j = 0; j < a[0].length; j++) {
          sum[i][j] = p * a[i][j] + q * b[i][j];
        }
      }
      return sum;
    }

    private static double[][] transposed(double[][] a) {
      double[][] t = new double[a[0].length][a.length];
      for (int i = 0; i < a.length; i++) {
        for (int j = 0; j < a[0].length; j++) {
          t[j][i] = a[i][j];
        }
      }
      return t;
    }

    private static double[][] product(double[][] a, double[][] b) {
      double[][] c = new double[a.length][b[0].length];
      for (int i = 0; i < a.length; i++) {
        for (int j = 0; j < b[0].length; j++) {
          for (int k = 0; k < b.length; k++) {
            c[i][j] += a[i][k] * b[k][j];
          }
        }
      }
      return c;
    }
  }

  private static double[][] random(SplittableRandom random, int rows, int columns) {
    double[][] values = new double[rows][];
    for (int i = 0; i < rows; i++) {
      values[i] = random.doubles(columns, -1, 1).toArray();
    }
    return values;
  }

  private static Tensor tensor(double[][] values) {
    double[] flat =
        java.util.Arrays.stream(values).flatMapToDouble(java.util.Arrays::stream).toArray();
    return Tensors.of(flat, values.length, values[0].length);
  }

  private static Parameter parameter(String name, Role role, Tensor value) {
    return new Parameter(name, role, Autograd.require(value));
  }

  private static void giveGradient(Parameter p, Tensor gradient) {
    p.value().mul(gradient).sum().backward();
  }

  @ParameterizedTest
  @CsvSource({"3, 7", "7, 3", "5, 5", "1, 4"})
  void matricesOfLayersMoveAsTheFormulaSays(int rows, int columns) {
    SplittableRandom random = new SplittableRandom(5);
    try (PointerScope scope = new PointerScope()) {
      Formula expected = new Formula(random(random, rows, columns));
      Parameter p = parameter("layers.0.to_u.0.weight", Role.MATRIX, tensor(expected.theta));
      try (Optimizer muon = CONFIG.optimizer(ShardingStrategy.alone(List.of(p)), q -> LR)) {
        for (int t = 1; t <= 6; t++) {
          double[][] gradient = random(random, rows, columns);
          giveGradient(p, tensor(gradient));
          expected.step(gradient);
          muon.step(LR);
        }
        assertThat(muon.state()).containsOnlyKeys("momentum_buffer." + p.name());
      }
      double[] found = Tensors.toDoubles(p.value());
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i])
            .as("number %d", i)
            .isCloseTo(expected.theta[i / columns][i % columns], within(1e-12));
      }
    }
  }

  @Test
  void allElseMovesAsUnderAdamW() {
    List<Role> roles =
        List.of(Role.EMBEDDING, Role.MATRIX, Role.NORM, Role.BIAS, Role.DYNAMICS, Role.STATE_SPACE);
    for (Role role : roles) {
      String name = role == Role.MATRIX ? "to_logits.1.weight" : "layers.0.some";
      assertThat(moved(Kind.MUON, name, role))
          .as("%s", role)
          .isEqualTo(moved(Kind.ADAMW, name, role));
    }
  }

  private static double[] moved(Kind kind, String name, Role role) {
    SplittableRandom random = new SplittableRandom(7);
    try (PointerScope scope = new PointerScope()) {
      Parameter p = parameter(name, role, tensor(random(random, 4, 3)));
      ShardingStrategy alone = ShardingStrategy.alone(List.of(p));
      try (Optimizer optimizer = CONFIG.withKind(kind).optimizer(alone, q -> LR)) {
        for (int t = 0; t < 3; t++) {
          giveGradient(p, tensor(random(random, 4, 3)));
          optimizer.step(LR);
        }
      }
      return Tensors.toDoubles(p.value());
    }
  }

  @ParameterizedTest
  @CsvSource({"Double, 64, 256", "Float, 64, 256", "Float, 256, 64", "Float, 96, 96"})
  void anUpdateIsOrthogonalWhateverTheDtype(ScalarType dtype, int rows, int columns) {
    try (PointerScope scope = new PointerScope()) {
      Tensor matrix = tensor(random(new SplittableRandom(3), rows, columns)).to(dtype);
      Tensor o = Orthogonal.of(matrix);
      assertThat(Tensors.type(o)).isEqualTo(dtype);
      assertThat(Tensors.shape(o)).containsExactly(rows, columns);
      Tensor left = rows > columns ? o.t().mm(o) : o.mm(o.t()); // singular values, squared
      for (double squared :
          Tensors.toDoubles(org.bytedeco.pytorch.global.torch.linalg_eigvalsh(left))) {
        // a square matrix has singular values near zero, which five steps do not lift
        double least = rows == columns ? 0 : 0.6;
        assertThat(Math.sqrt(Math.max(0, squared))).isBetween(least, 1.25);
      }
    }
  }
}
