package io.github.gss4j.ops;

import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.layers.Naive;
import io.github.gss4j.layers.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CausalConvolutionTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "37, 37", "50, 20", "128, 128"})
  void convolutionEqualsTheSumOverLags(long length, long taps) {
    try (PointerScope scope = new PointerScope()) {
      Naive.compare(
          in -> CausalConvolution.apply(in[0], in[1]),
          in -> lagByLag(in[0], in[1]),
          random(1, Precision.FLOAT64, 2, 3, length),
          random(2, Precision.FLOAT64, 3, taps));
    }
  }

  /** Sequences so much longer than the kernel that blocks are cheaper: they are not cut evenly. */
  @ParameterizedTest
  @CsvSource({"5000, 3", "3001, 17", "9000, 64"})
  void blocksEqualTheSumOverLags(long length, long taps) {
    assertThat(CausalConvolution.blockLength(length, taps)).isLessThan(length / 2);
    convolutionEqualsTheSumOverLags(length, taps);
  }

  @Test
  void kernelsAsLongAsTheSequenceAreTakenWhole() {
    for (long length : new long[] {1, 2, 100, 4096, 65_536}) {
      assertThat(CausalConvolution.blockLength(length, length)).isEqualTo(length);
    }
  }

  /** y = Σ_k K[k] · (u, k places later). */
  private static Tensor lagByLag(Tensor u, Tensor kernel) {
    long length = u.size(-1);
    Tensor y = u.mul(kernel.narrow(-1, 0, 1));
    for (long k = 1; k < Math.min(length, kernel.size(-1)); k++) {
      Tensor late = u.narrow(-1, 0, length - k);
      Tensor before = Tensors.zerosLike(u, u.size(0), u.size(1), k);
      Tensor shifted = torch.cat(new TensorVector(before, late), -1);
      y = y.add(shifted.mul(kernel.narrow(-1, k, 1)));
    }
    return y;
  }

  @Test
  void fastLengthsAreTheSmallestEvenOnesOfFactors2And3And5() {
    for (long n = 1; n < 400; n++) {
      long expected = n;
      while (expected % 2 != 0 || !smooth(expected)) {
        expected++;
      }
      assertThat(CausalConvolution.fastLength(n)).as("n = %s", n).isEqualTo(expected);
    }
  }

  private static boolean smooth(long n) {
    long left = n;
    for (long factor : new long[] {2, 3, 5}) {
      while (left % factor == 0) {
        left /= factor;
      }
    }
    return left == 1;
  }
}
