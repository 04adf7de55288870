package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.DIM;
import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Against {@code torch.batch_norm}. */
class BatchNormTest {
  private static Tensor numbers(long seed, long... shape) {
    return random(seed, Precision.FLOAT64, shape);
  }

  private static BatchNorm norm() {
    return new BatchNorm(
        numbers(1, DIM), numbers(2, DIM), numbers(3, DIM), numbers(4, DIM).square());
  }

  private static Tensor expected(BatchNorm norm, Tensor rows, boolean training) {
    return torch.batch_norm(
        rows,
        new TensorOptional(norm.weight()),
        new TensorOptional(norm.bias()),
        new TensorOptional(norm.runningMean()),
        new TensorOptional(norm.runningVar()),
        training,
        0.1,
        1e-5,
        false);
  }

  @Test
  void learningIsPyTorchsWithItsGradientAndRunningStatistics() {
    try (PointerScope scope = new PointerScope()) {
      BatchNorm ours = norm();
      BatchNorm theirs = norm();
      Tensor x = Autograd.require(numbers(5, 3, 7, DIM));
      Tensor same = Autograd.require(numbers(5, 3, 7, DIM));
      Tensor gradient = numbers(6, 3, 7, DIM);
      Tensor y = ours.learning(x, Lengths.full(3, 7, x), true).apply(x);
      Tensor reference = expected(theirs, same.flatten(0, 1), true).view(3, 7, DIM);
      Autograd.backward(y, gradient);
      Autograd.backward(reference, gradient);
      assertThat(difference(y.detach(), reference.detach())).isLessThan(1e-12);
      assertThat(difference(Autograd.gradient(x), Autograd.gradient(same))).isLessThan(1e-12);
      assertThat(difference(ours.runningMean(), theirs.runningMean())).isLessThan(1e-12);
      assertThat(difference(ours.runningVar(), theirs.runningVar())).isLessThan(1e-12);
    }
  }

  @Test
  void otherwiseItGoesByTheRunningStatisticsAndLeavesThem() {
    try (PointerScope scope = new PointerScope()) {
      BatchNorm norm = norm();
      Tensor x = numbers(5, 3, 7, DIM);
      assertThat(difference(norm.apply(x).flatten(0, 1), expected(norm, x.flatten(0, 1), false)))
          .isLessThan(1e-12);
      assertThat(difference(norm.runningMean(), norm().runningMean())).isZero();
    }
  }

  @Test
  void paddingIsNotCounted() {
    try (PointerScope scope = new PointerScope()) {
      BatchNorm padded = norm();
      BatchNorm whole = norm();
      Tensor x = numbers(5, 2, 7, DIM);
      x.select(0, 0).narrow(0, 4, 3).fill_(new Scalar(Double.NaN));
      Tensor tokens =
          torch.cat(new TensorVector(x.select(0, 0).narrow(0, 0, 4), x.select(0, 1)), 0);
      Tensor y = padded.learning(x, Lengths.of(new long[] {4, 7}, 7, x), false).apply(x);
      Tensor reference = expected(whole, tokens, true);
      assertThat(difference(y.select(0, 1), reference.narrow(0, 4, 7))).isLessThan(1e-12);
      assertThat(difference(padded.runningVar(), whole.runningVar())).isLessThan(1e-12);
    }
  }

  @Test
  void aBatchThatIsNotFiniteLeavesTheRunningStatistics() {
    try (PointerScope scope = new PointerScope()) {
      BatchNorm norm = norm();
      Tensor x = numbers(5, 2, 7, DIM);
      x.select(2, 3).fill_(new Scalar(Double.POSITIVE_INFINITY));
      norm.learning(x, Lengths.full(2, 7, x), true);
      assertThat(Tensors.value(norm.runningMean().select(0, 3)))
          .isEqualTo(Tensors.value(norm().runningMean().select(0, 3)));
      assertThat(Arrays.stream(Tensors.toDoubles(norm.runningVar()))).allMatch(Double::isFinite);
    }
  }

  /** Value and gate read the normed sequence; one to be computed again runs twice. */
  @Test
  void aLayerCountsABatchOnceForABackwardPass() {
    for (boolean bidirectional : new boolean[] {false, true}) {
      try (PointerScope scope = new PointerScope()) {
        Parameters p = Parameters.from(Init.random(1), Precision.FLOAT64, Tensors.device("cpu"));
        SequenceLayer layer =
            bidirectional
                ? BidirectionalGatedLayer.declare(
                    p, DIM, 24, new GssConfig(8, 6, true), NormKind.BATCH)
                : GatedLayer.declare(p, DIM, 24, new GssConfig(8, 6, true), NormKind.BATCH);
        Tensor x = numbers(5, 2, 7, DIM);
        Lengths lengths = Lengths.full(2, 7, x);
        Tensor before = Scopes.withoutGradient(() -> layer.learn(x, lengths, true));
        Tensor y = layer.learn(x, lengths, true);
        assertThat(difference(before, y)).isZero();
        assertThat(difference(layer.learn(x, lengths, false), y)).isLessThan(1e-12);
        Tensor mean = x.mean(new long[] {0, 1}, false, new ScalarTypeOptional());
        assertThat(difference(named(p, "norm.running_mean"), mean.mul(new Scalar(0.19))))
            .isLessThan(1e-12);
        p.release();
      }
    }
  }

  private static Tensor named(Parameters p, String name) {
    return p.all().stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }
}
