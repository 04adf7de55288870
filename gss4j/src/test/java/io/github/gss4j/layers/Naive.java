package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.ops.Autograd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** Holds a fast operation against a slow one that can be read: outputs, and gradients. */
public final class Naive {
  private Naive() {}

  /**
   * Both get leaves of their own with the same numbers, and the same gradient is sent back.
   *
   * @param inputs float64
   */
  public static void compare(
      Function<Tensor[], Tensor> fast, Function<Tensor[], Tensor> slow, Tensor... inputs) {
    List<Tensor> found = run(fast, inputs);
    List<Tensor> expected = run(slow, inputs);
    for (int i = 0; i < found.size(); i++) {
      assertThat(difference(found.get(i), expected.get(i)))
          .as(i == 0 ? "output" : "gradient of input " + (i - 1))
          .isLessThan(1e-10);
    }
  }

  private static List<Tensor> run(Function<Tensor[], Tensor> operation, Tensor[] inputs) {
    Tensor[] leaves =
        Arrays.stream(inputs).map(x -> Autograd.require(x.detach().clone())).toArray(Tensor[]::new);
    Tensor y = operation.apply(leaves);
    Autograd.backward(y, random(1, Precision.FLOAT64, io.github.gss4j.ops.Tensors.shape(y)));
    List<Tensor> results = new ArrayList<>(List.of(y.detach()));
    Arrays.stream(leaves).map(Autograd::gradient).forEach(results::add);
    return results;
  }
}
