package io.github.gss4j.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Vectors and plain loops compute the same, to the bit; rows and tokens come out as they would
 * alone.
 */
class KernelsTest {
  private static final long SEED = 5;
  private static final Kernels PLAIN = new PlainKernels();
  private static final Kernels VECTOR = KernelChoice.vectors();

  private static float[] random(int count) {
    Random random = new Random(SEED + count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void assertClose(float[] found, float[] expected, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i]).as("number %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  private interface Product {
    void of(Kernels kernels, float[] x, int rows, float[] y);
  }

  /** y = x Wᵀ as it is written, and each row of many as alone. */
  private static void check(Matrix matrix, int rows, Product product, double tolerance) {
    int inputs = matrix.inputs();
    int stride = Kernels.padded(matrix.outputs());
    float[] x = random(rows * inputs);
    float[] w = new float[inputs];
    float[] plain = new float[rows * stride];
    float[] vector = new float[rows * stride];
    product.of(PLAIN, x, rows, plain);
    product.of(VECTOR, x, rows, vector);
    assertThat(vector).isEqualTo(plain);
    for (int o = 0; o < matrix.outputs(); o++) {
      matrix.row(o, w, 0);
      for (int row = 0; row < rows; row++) {
        double sum = 0;
        for (int i = 0; i < inputs; i++) {
          sum += (double) x[row * inputs + i] * w[i];
        }
        assertThat((double) vector[row * stride + o]).isCloseTo(sum, within(tolerance));
      }
    }
    for (int row = 0; row < rows; row++) {
      float[] one = Arrays.copyOfRange(x, row * inputs, (row + 1) * inputs);
      float[] alone = new float[stride];
      product.of(VECTOR, one, 1, alone);
      assertThat(Arrays.copyOfRange(vector, row * stride, (row + 1) * stride)).isEqualTo(alone);
    }
  }

  private static float[] packed(Matrix matrix) {
    float[] weights = random(matrix.outputs() * matrix.inputs());
    for (int panel = 0; panel < matrix.panels(); panel++) {
      int from = panel * Kernels.PANEL * matrix.inputs();
      int to = from + Kernels.PANEL * matrix.inputs();
      matrix.pack(panel, Arrays.copyOfRange(weights, from, to));
    }
    return weights;
  }

  @Test
  void productsAreRightForEveryShapeAndWeight() {
    int[][] shapes = {{1, 1, 1}, {7, 3, 2}, {64, 16, 4}, {65, 1025, 5}, {130, 1100, 9}};
    for (int[] shape : shapes) {
      for (Matrix matrix :
          new Matrix[] {
            new FloatMatrix(shape[0], shape[1]),
            new BFloat16Matrix(shape[0], shape[1]),
            new Int8Matrix(shape[0], shape[1])
          }) {
        float[] weights = packed(matrix);
        float[] row = new float[shape[1]];
        matrix.row(shape[0] - 1, row, 0);
        double kept = matrix instanceof FloatMatrix ? 0 : 0.02;
        assertClose(
            row, Arrays.copyOfRange(weights, (shape[0] - 1) * shape[1], weights.length), kept);
        float[] scratch = new float[Kernels.SCRATCH];
        check(
            matrix,
            shape[2],
            (kernels, x, rows, y) -> matrix.multiply(kernels, scratch, x, shape[1], rows, y),
            1e-3);
      }
    }
  }

  @Test
  void stateSpacesGoThroughTokensOneByOneOrManyAtOnce() {
    int modes = 5;
    int tokens = 19;
    int size = modes * 2 * Kernels.BLOCK;
    float[] c = random(size);
    float[] decay = random(2 * modes);
    for (int n = 0; n < decay.length; n++) {
      decay[n] = 0.6f * (float) Math.tanh(decay[n]);
    }
    float[] u = random(tokens * Kernels.PANEL);
    float[] start = random(size + 1);
    float[] plainState = Arrays.copyOf(start, size);
    float[] vectorState = Arrays.copyOf(start, size);
    float[] stepState = Arrays.copyOf(start, size);
    float[] plain = new float[u.length];
    float[] vector = new float[u.length];
    float[] steps = new float[u.length];
    int stride = Kernels.PANEL;
    PLAIN.stateSpace(plainState, 0, c, 0, decay, modes, u, 0, plain, 0, stride, tokens);
    VECTOR.stateSpace(vectorState, 0, c, 0, decay, modes, u, 0, vector, 0, stride, tokens);
    for (int t = 0; t < tokens; t++) {
      int at = t * stride;
      VECTOR.stateSpace(stepState, 0, c, 0, decay, modes, u, at, steps, at, stride, 1);
    }
    assertThat(steps).isEqualTo(vector);
    assertThat(stepState).isEqualTo(vectorState);
    assertThat(vector).isEqualTo(plain);
    assertThat(vectorState).isEqualTo(plainState);
  }

  @Test
  void geluIsTheExactOne() {
    int count = 4096;
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (i - count / 2) / 256f;
    }
    float[] plain = x.clone();
    float[] vector = x.clone();
    PLAIN.gelu(plain, 0, count);
    VECTOR.gelu(vector, 0, count);
    assertThat(vector).isEqualTo(plain);
    for (int i = 0; i < count; i++) {
      assertThat((double) plain[i]).as("gelu(%s)", x[i]).isCloseTo(gelu(x[i]), within(2e-6));
    }
  }

  /** x Φ(x), the integral by Simpson's rule. */
  private static double gelu(double x) {
    int steps = 2000;
    double width = x / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-0.5 * (i * width) * (i * width));
    }
    return x * (0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI));
  }
}
