package io.github.gss4j.ops;

import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.layers.Naive;
import io.github.gss4j.layers.Precision;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateSpaceKernelTest {
  /** Lengths of one block, of several, and not a multiple of one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 7, 64, 300, 1025})
  void kernelEqualsTheSumOverModesLagByLag(long length) {
    try (PointerScope scope = new PointerScope()) {
      Tensor decay = random(1, Precision.FLOAT64, 5).sub(new Scalar(3.0));
      Tensor phase = random(2, Precision.FLOAT64, 5);
      Tensor cRe = random(3, Precision.FLOAT64, 4, 5);
      Tensor cIm = random(4, Precision.FLOAT64, 4, 5);
      Naive.compare(
          in -> {
            Tensor re = StateSpaceKernel.lambdaRe(in[0]);
            Tensor im = StateSpaceKernel.lambdaIm(in[1], true);
            Tensor c = StateSpaceKernel.discreteC(re, im, in[2], in[3]);
            return StateSpaceKernel.kernel(re, im, c, length, ScalarType.Double);
          },
          in -> lagByLag(in[0].exp().neg(), in[1].exp(), in[2], in[3], length),
          decay,
          phase,
          cRe,
          cIm);
    }
  }

  /** s ← e^Λ s from s = C (e^Λ − 1)/Λ, with complex numbers written out; K[l] = Re Σ s. */
  private static Tensor lagByLag(Tensor a, Tensor b, Tensor cRe, Tensor cIm, long length) {
    Tensor growthRe = a.exp().mul(b.cos());
    Tensor growthIm = a.exp().mul(b.sin());
    Tensor norm = a.mul(a).add(b.mul(b));
    Tensor lessOne = growthRe.sub(new Scalar(1.0));
    Tensor stepRe = lessOne.mul(a).add(growthIm.mul(b)).div(norm);
    Tensor stepIm = growthIm.mul(a).sub(lessOne.mul(b)).div(norm);
    Tensor re = cRe.mul(stepRe).sub(cIm.mul(stepIm)); // (H, N)
    Tensor im = cRe.mul(stepIm).add(cIm.mul(stepRe));
    TensorVector lags = new TensorVector();
    for (long l = 0; l < length; l++) {
      lags.push_back(re.sum(1));
      Tensor next = re.mul(growthRe).sub(im.mul(growthIm));
      im = re.mul(growthIm).add(im.mul(growthRe));
      re = next;
    }
    return torch.stack(lags, 1); // (H, L)
  }

  /** What is cut off, for the kernel and for the gradient of Λ, which feels the tail most. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FLOAT32", "FLOAT64"})
  void kernelsEndBelowRounding(Precision precision) {
    try (PointerScope scope = new PointerScope()) {
      Tensor re = Tensors.of(new double[] {-0.05, -0.4, -3}, 3);
      long length = 4096;
      long reach = StateSpaceKernel.reach(re, length, precision.base());
      assertThat(reach).isBetween(300L, 900L);
      double rounding = precision == Precision.FLOAT32 ? 0x1p-24 : 0x1p-53;
      Tensor lag = Tensors.range(0, 2 * length, re);
      Tensor size = re.unsqueeze(1).mul(lag).exp(); // |e^{Λl}|, (N, 2L)
      Tensor felt = size.mul(lag); // |d e^{Λl} / dΛ|
      for (Tensor mass : List.of(size, felt)) {
        Tensor tail = mass.narrow(1, reach, 2 * length - reach).sum(1);
        assertThat(Tensors.value(tail.div(mass.sum(1)).max())).isLessThan(rounding);
      }
      assertThat(StateSpaceKernel.reach(re, 100, precision.base())).isEqualTo(100);
      Tensor endless = Tensors.of(new double[] {-0.05, -0.0}, 2);
      assertThat(StateSpaceKernel.reach(endless, length, precision.base())).isEqualTo(length);
    }
  }
}
