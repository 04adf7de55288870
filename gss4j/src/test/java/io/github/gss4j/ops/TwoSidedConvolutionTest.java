package io.github.gss4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwoSidedConvolutionTest {
  @ParameterizedTest
  @CsvSource({"1,1,1", "9,9,9", "16,3,16", "16,16,1", "31,5,7"})
  void itIsTheSumOverThePastAndOverTheFuture(int length, int before, int after) {
    SplittableRandom random = new SplittableRandom(length);
    double[] u = random.doubles(length, -1, 1).toArray();
    double[] past = random.doubles(before, -1, 1).toArray();
    double[] future = random.doubles(after, -1, 1).toArray();
    double[] expected = new double[length];
    for (int l = 0; l < length; l++) {
      for (int k = 0; k < before && k <= l; k++) {
        expected[l] += past[k] * u[l - k];
      }
      for (int k = 0; k < after && k < length - l; k++) {
        expected[l] += future[k] * u[l + k];
      }
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor y =
          TwoSidedConvolution.apply(
              Tensors.of(u, 1, length), Tensors.of(past, 1, before), Tensors.of(future, 1, after));
      double[] got = Tensors.toDoubles(y);
      for (int l = 0; l < length; l++) {
        assertThat(got[l]).as("at %d", l).isCloseTo(expected[l], within(1e-12));
      }
    }
  }
}
