package io.github.gss4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphCutTest {
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

      Tensor plainX = GraphCut.require(x.clone());
      Tensor plainA = GraphCut.require(a.clone());
      Tensor plainB = GraphCut.require(b.clone());
      Tensor y = layer(layer(plainX, plainA), plainB);
      GraphCut.backward(y, gradient);

      GraphCut.require(a);
      GraphCut.require(b);
      GraphCut first = GraphCut.forward(GraphCut.require(x), in -> layer(in, a), recompute);
      GraphCut second = GraphCut.forward(first.output(), in -> layer(in, b), recompute);
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
    long before = 0;
    for (int i = 0; i < 20; i++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor w = GraphCut.require(torch.randn(8, 8));
        GraphCut cut = GraphCut.forward(torch.randn(4, 8), in -> layer(in, w), recompute);
        cut.backward(torch.ones(4, 8));
      }
      if (i == 5) {
        before = Pointer.totalCount();
      }
    }
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }
}
