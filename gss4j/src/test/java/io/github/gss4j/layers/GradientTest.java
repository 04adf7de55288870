package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.DIM;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of every layer against finite differences, at sampled coordinates. */
class GradientTest {
  private static final long SEED = 11;
  private static final double STEP = 1e-5;

  static Stream<LayerConfig> kinds() {
    return LayerKinds.all().stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void forwardHasTheGradientsOfFiniteDifferences(LayerConfig kind) {
    try (PointerScope scope = new PointerScope();
        LayerFixture fixture = LayerFixture.of(kind, SEED, Precision.FLOAT64)) {
      check(fixture.parameters(), fixture.layer());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void bothDirectionsHaveTheGradientsOfFiniteDifferences(LayerConfig kind) {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(SEED), Precision.FLOAT64, Tensors.device("cpu"));
      check(p, Layers.bidirectional(p, kind, DIM, LayerFixture.HIDDEN, NormKind.LAYER));
      p.release();
    }
  }

  private static void check(Parameters parameters, SequenceLayer layer) {
    Tensor x = random(SEED, Precision.FLOAT64, 2, 17, DIM);
    Tensor weight = random(SEED + 1, Precision.FLOAT64, 2, 17, DIM);
    List<Parameter> all = new ArrayList<>(parameters.all());
    all.add(new Parameter("x", Role.STATE_SPACE, x));
    all.forEach(p -> Autograd.require(p.value()));
    Autograd.backward(layer.forward(x), weight);
    Random random = new Random(SEED);
    for (Parameter p : all) {
      double[] gradient = Tensors.toDoubles(Autograd.gradient(p.value()));
      double largest = 1e-3;
      for (double g : gradient) {
        largest = Math.max(largest, Math.abs(g));
      }
      for (int sample = 0; sample < 3; sample++) {
        int at = random.nextInt(gradient.length);
        double expected = slope(p.value(), at, () -> layer.forward(x).mul(weight).sum());
        assertThat(Math.abs(gradient[at] - expected) / largest)
            .as("%s[%s] of %s (seed %s)", p.name(), at, layer, SEED)
            .isLessThan(1e-6);
      }
    }
  }

  /** (f(v + h) − f(v − h)) / 2h for one number v of a tensor. */
  private static double slope(Tensor tensor, int at, Supplier<Tensor> f) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard()) {
      DoublePointer values = new DoublePointer(tensor.data_ptr());
      double value = values.get(at);
      values.put(at, value + STEP);
      double above = Tensors.value(f.get());
      values.put(at, value - STEP);
      double below = Tensors.value(f.get());
      values.put(at, value);
      return (above - below) / (2 * STEP);
    }
  }
}
