package io.github.gss4j.ops;

import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.layers.Naive;
import io.github.gss4j.layers.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalAttentionTest {
  @ParameterizedTest
  @CsvSource({
    "true, 4, 2",
    "true, 4, 4",
    "true, 4, 21",
    "true, 150, 400",
    "false, 4, 2",
    "false, 4, 4",
    "false, 4, 21",
    "false, 5, 400",
    "false, 150, 400"
  })
  void forwardEqualsAttentionQueryByQuery(boolean chunks, int window, long length) {
    try (PointerScope scope = new PointerScope()) {
      LocalAttention attention = new LocalAttention(chunks, window);
      Naive.compare(
          in -> attention.forward(in[0], in[1], in[2]),
          in -> queryByQuery(in[0], in[1], in[2], chunks, window),
          random(1, Precision.FLOAT64, 2, 3, length, 4),
          random(2, Precision.FLOAT64, 2, 3, length, 4),
          random(3, Precision.FLOAT64, 2, 3, length, 4));
    }
  }

  private static Tensor queryByQuery(Tensor q, Tensor k, Tensor v, boolean chunks, int window) {
    TensorVector rows = new TensorVector();
    for (long p = 0; p < q.size(2); p++) {
      long first = chunks ? p / window * window : Math.max(0, p - window + 1);
      Tensor keys = k.narrow(2, first, p + 1 - first);
      Tensor scores =
          q.narrow(2, p, 1).mul(keys).sum(-1).div(new Scalar(Math.sqrt((double) q.size(3))));
      Tensor weights = torch.exp(scores);
      Tensor values = v.narrow(2, first, p + 1 - first);
      Tensor sum = weights.unsqueeze(-1).mul(values).sum(2);
      rows.push_back(sum.div(weights.sum(-1).unsqueeze(-1)));
    }
    return torch.stack(rows, 2);
  }

  /** The product of two turned vectors is the same wherever the two stand together. */
  @Test
  void turnedProductsDependOnDistanceAlone() {
    try (PointerScope scope = new PointerScope()) {
      Tensor q = random(1, Precision.FLOAT64, 1, 1, 1, 8);
      Tensor k = random(2, Precision.FLOAT64, 1, 1, 1, 8);
      Tensor near = turnedProduct(q, 7, k, 4);
      assertThat(difference(turnedProduct(q, 1_000_007, k, 1_000_004), near)).isLessThan(1e-8);
      assertThat(difference(turnedProduct(q, 8, k, 4), near)).isGreaterThan(1e-3);
    }
  }

  private static Tensor turnedProduct(Tensor q, long at, Tensor k, long other) {
    return turned(q, at).mul(turned(k, other)).sum();
  }

  private static Tensor turned(Tensor x, long at) {
    return Rotary.rotate(x, Rotary.turns(Tensors.of(new long[] {at}, 1, 1), x.size(-1)));
  }
}
