package io.github.gss4j.ops;

import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.layers.Precision;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class DotProductAttentionTest {
  private static Tensor attend(Tensor[] in, OptionalDouble scale) {
    return DotProductAttention.apply(in[0], in[1], in[2], new TensorOptional(), true, scale);
  }

  private static Tensor[] in(ScalarType type) {
    Tensor[] in = new Tensor[3];
    for (int i = 0; i < in.length; i++) {
      Tensor drawn = random(i + 1, Precision.FLOAT32, 2, 3, 70, 8);
      in[i] = drawn.to(ScalarType.BFloat16).to(type);
      in[i].requires_grad_(true);
    }
    return in;
  }

  /** Not one rounding more than that of the result, nor of the gradients. */
  @Test
  void bfloat16IsAttendedInFloat32() {
    for (OptionalDouble scale :
        new OptionalDouble[] {OptionalDouble.empty(), OptionalDouble.of(1)}) {
      try (PointerScope scope = new PointerScope()) {
        Tensor[] narrow = in(ScalarType.BFloat16);
        Tensor[] wide = in(ScalarType.Float);
        Tensor y = attend(narrow, scale);
        Tensor expected = attend(wide, scale);
        assertThat(y.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        assertThat(difference(y.detach(), expected.detach().to(ScalarType.BFloat16))).isZero();
        y.sum().backward();
        expected.sum().backward();
        for (int i = 0; i < narrow.length; i++) {
          Tensor gradient = Autograd.gradient(wide[i]).to(ScalarType.BFloat16);
          assertThat(difference(Autograd.gradient(narrow[i]), gradient)).isZero();
        }
      }
    }
  }
}
