package io.github.gss4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphSegmentTest {
  private static Tensor layer(Tensor x, Tensor w) {
    return torch.gelu(torch.matmul(x, w)).add(x);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cutsGivePlainAutogradsGradientsToTheBit(boolean recompute) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(4);
      Tensor x = torch.randn(7, 5);
      Tensor a = torch.randn(5, 5);
      Tensor b = torch.randn(5, 5);
      Tensor gradient = torch.randn(7, 5);

      Tensor plainX = Autograd.require(x.clone());
      Tensor plainA = Autograd.require(a.clone());
      Tensor plainB = Autograd.require(b.clone());
      Tensor y = layer(layer(plainX, plainA), plainB);
      Autograd.backward(y, gradient);

      Autograd.require(a);
      Autograd.require(b);
      GraphSegment first = GraphSegment.forward(Autograd.require(x), in -> layer(in, a), recompute);
      GraphSegment second = GraphSegment.forward(first.output(), in -> layer(in, b), recompute);
      assertThat(Tensors.toDoubles(second.output())).isEqualTo(Tensors.toDoubles(y));
      Tensor gradX = first.backward(second.backward(gradient));

      assertThat(Tensors.toDoubles(gradX)).isEqualTo(Tensors.toDoubles(plainX.grad()));
      assertThat(Tensors.toDoubles(a.grad())).isEqualTo(Tensors.toDoubles(plainA.grad()));
      assertThat(Tensors.toDoubles(b.grad())).isEqualTo(Tensors.toDoubles(plainB.grad()));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsLeftBehind(boolean recompute) {
    assertThat(NativePointers.leftBehindBy(() -> round(recompute))).isZero();
  }

  private static void round(boolean recompute) {
    try (PointerScope scope = new PointerScope()) {
      Tensor w = Autograd.require(torch.randn(8, 8));
      GraphSegment segment = GraphSegment.forward(torch.randn(4, 8), in -> layer(in, w), recompute);
      segment.backward(torch.ones(4, 8));
    }
  }
}
