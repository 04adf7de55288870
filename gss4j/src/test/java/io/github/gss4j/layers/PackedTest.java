package io.github.gss4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedTest {
  @ParameterizedTest(name = "{0} rows, {1} inputs, {2} outputs")
  @CsvSource({"1,64,96", "1,50,33", "3,160,257", "40,64,7", "1,1,1"})
  void productIsThatOfThePlainMatrix(long rows, long inputs, long outputs) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(7);
      Tensor weight = torch.randn(outputs, inputs).to(ScalarType.BFloat16);
      Tensor bias = torch.randn(outputs);
      Tensor x = torch.randn(2, rows, inputs).narrow(0, 1, 1);
      Tensor packed = Packed.of(weight);
      assertThat(Tensors.toDoubles(Packed.plain(packed))).isEqualTo(Tensors.toDoubles(weight));
      Tensor expected =
          torch.linear(x.to(ScalarType.BFloat16).to(ScalarType.Float), weight.to(ScalarType.Float));
      double size = Tensors.value(expected.abs().max()) + 1;
      Tensor found = Packed.product(x, packed, null).to(ScalarType.Float);
      assertThat(Tensors.shape(found)).containsExactly(1, rows, outputs);
      assertThat(Tensors.value(found.sub(expected).abs().max()) / size).isLessThan(0.01);
      Tensor moved = Packed.product(x, packed, bias).to(ScalarType.Float);
      Tensor withBias = expected.add(bias);
      assertThat(Tensors.value(moved.sub(withBias).abs().max()) / size).isLessThan(0.02);
    }
  }

  @Test
  void parametersHavePlainValues() {
    ModelConfig config = ModelConfig.of(64, 32, 1);
    try (PointerScope scope = new PointerScope();
        LanguageModel narrow =
            LanguageModel.of(config, Init.random(3), Precision.BFLOAT16, Tensors.device("cpu"));
        LanguageModel wide =
            LanguageModel.of(config, Init.random(3), Precision.FLOAT32, Tensors.device("cpu"))) {
      for (int i = 0; i < wide.parameters().size(); i++) {
        Parameter one = narrow.parameters().get(i);
        Tensor expected =
            wide.parameters().get(i).value().to(Tensors.type(one.value())).to(ScalarType.Float);
        assertThat(Tensors.toDoubles(one.plain()))
            .as(one.name())
            .isEqualTo(Tensors.toDoubles(expected));
        assertThat(one.bytes()).isEqualTo(one.plain().nbytes());
      }
    }
  }
}
