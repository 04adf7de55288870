package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How fast this machine multiplies matrices: the bound that training is held against. */
final class MatrixRate {
  /** Rows of a product: the layers take their widest products in slices of about so many tokens. */
  private static final long MOST_ROWS = 4096;

  private static final int REPEATS = 5;

  private MatrixRate() {}

  /** The dense products of one pass over a model's tokens. */
  enum Pass {
    /** y = x Wᵀ: two operations a token and weight. */
    FORWARD,
    /** Forward, and the gradients of input and weight: six operations a token and weight. */
    FORWARD_AND_BACKWARD;

    private double flopsAWeight() {
      return this == FORWARD ? 2 : 6;
    }
  }

  /** The weight of a dense product. */
  private record Shape(long outputs, long inputs) {}

  /** Operations a second of a product of two (n, n) matrices: the best of five. */
  static double square(int n, ScalarType type) {
    try (PointerScope scope = new PointerScope()) {
      Tensor a = random(n, n, type);
      return 2.0 * n * n * n / bestSeconds(List.of(() -> torch.matmul(a, a)));
    }
  }

  /**
   * Operations a second of a model's own dense products, each shape as often as the model has it:
   * the best of five.
   *
   * @param rows tokens at once; of more, 4,096 are taken
   */
  static double of(List<Parameter> parameters, long rows, ScalarType type, Pass pass) {
    Map<Shape, Long> counts =
        parameters.stream()
            .filter(p -> p.role() == Role.MATRIX)
            .map(p -> new Shape(p.value().size(0), p.value().size(1)))
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    long tokens = Math.min(rows, MOST_ROWS);
    double flops = 0;
    double seconds = 0;
    for (Map.Entry<Shape, Long> entry : counts.entrySet()) {
      Shape shape = entry.getKey();
      flops += entry.getValue() * pass.flopsAWeight() * tokens * shape.outputs() * shape.inputs();
      seconds += entry.getValue() * seconds(shape, tokens, type, pass);
    }
    return flops / seconds;
  }

  private static double seconds(Shape shape, long rows, ScalarType type, Pass pass) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = random(rows, shape.inputs(), type);
      Tensor w = random(shape.outputs(), shape.inputs(), type);
      List<Runnable> products = new ArrayList<>(List.of(() -> torch.linear(x, w)));
      if (pass == Pass.FORWARD_AND_BACKWARD) {
        Tensor gradient = random(rows, shape.outputs(), type);
        products.add(() -> torch.matmul(gradient, w)); // of the input, (rows, inputs)
        products.add(() -> torch.matmul(gradient.t(), x)); // of the weight, (outputs, inputs)
      }
      return bestSeconds(products);
    }
  }

  private static Tensor random(long rows, long columns, ScalarType type) {
    return torch.randn(new long[] {rows, columns}, Tensors.onCpu(ScalarType.Float)).to(type);
  }

  private static double bestSeconds(List<Runnable> products) {
    double sum = 0;
    for (Runnable product : products) {
      double best = Double.POSITIVE_INFINITY;
      for (int i = 0; i <= REPEATS; i++) {
        try (PointerScope scope = new PointerScope()) {
          long start = System.nanoTime();
          product.run();
          double seconds = (System.nanoTime() - start) / 1e9;
          best = i == 0 ? best : Math.min(best, seconds); // the first one warms up
        }
      }
      sum += best;
    }
    return sum;
  }

  /**
   * Writes how many operations the dense products of a workload take ({@code dense_gflop}), the
   * measured rate of such products ({@code matrix_gflop_per_second}) and the share of that rate
   * that the workload reaches, all else that it does included ({@code share_of_matrix_rate}).
   * Layers that are computed twice count once.
   *
   * @param result has {@code seconds}
   */
  static void writeShare(
      ObjectNode result, List<Parameter> parameters, long tokens, ScalarType type, Pass pass) {
    double flops =
        parameters.stream()
            .filter(p -> p.role() == Role.MATRIX)
            .mapToDouble(p -> pass.flopsAWeight() * tokens * p.value().numel())
            .sum();
    double rate = of(parameters, tokens, type, pass);
    result.put("dense_gflop", flops / 1e9).put("matrix_gflop_per_second", rate / 1e9);
    result.put("share_of_matrix_rate", flops / result.get("seconds").asDouble() / rate);
  }

  /** The dtype by its name. */
  static ScalarType type(String name) {
    return name.equals("bfloat16") ? ScalarType.BFloat16 : ScalarType.Float;
  }
}
