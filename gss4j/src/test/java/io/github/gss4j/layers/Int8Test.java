package io.github.gss4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Int8Test {
  @ParameterizedTest(name = "{0} rows, {1} inputs, {2} outputs")
  @CsvSource({"1,64,96", "1,64,97", "3,1600,50", "16,96,33", "17,64,33", "1,50,33", "1,64,7"})
  void productIsThatOfTheWeightsWithinAStep(long rows, long inputs, long outputs) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(7);
      Tensor weight = torch.randn(outputs, inputs);
      Tensor x = torch.randn(2, rows, inputs).narrow(0, 0, 1);
      Tensor step = Int8.scaleOf(weight);
      Tensor q = Int8.quantise(weight, step);
      Tensor widened = q.to(ScalarType.Float).mul(step.to(ScalarType.Float).unsqueeze(1));
      Tensor steps = weight.sub(widened).div(step.to(ScalarType.Float).unsqueeze(1)).abs();
      assertThat(Tensors.value(steps.max())).isLessThanOrEqualTo(0.5001);
      Tensor expected = torch.linear(x, widened);
      Tensor found = Int8.product(x, q, step).to(ScalarType.Float);
      assertThat(Tensors.shape(found)).containsExactly(1, rows, outputs);
      double worst = Tensors.value(found.sub(expected).abs().max());
      assertThat(worst / Tensors.value(expected.abs().max())).isLessThan(0.015); // bfloat16
    }
  }
}
