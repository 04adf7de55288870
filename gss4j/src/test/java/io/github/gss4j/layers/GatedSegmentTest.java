package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.DIM;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.NativePointers;
import io.github.gss4j.ops.Segment;
import io.github.gss4j.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gate's own equations against autograd through the whole layer. */
class GatedSegmentTest {
  private static final long SEED = 5;
  private static final int HIDDEN = 8192; // a slice has 256 tokens

  static Stream<Arguments> kinds() {
    return Stream.of(new GssConfig(8, 6, true), new MhesaConfig(2, 4), new DsConvConfig(2, 4, 4096))
        .flatMap(kind -> Stream.of(Arguments.of(kind, false), Arguments.of(kind, true)));
  }

  /** Twice, as micro-batches add up; more tokens than a slice has. */
  @ParameterizedTest
  @MethodSource("kinds")
  void gradientsEqualAutograds(MixerConfig kind, boolean recompute) {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = parameters(Precision.FLOAT64);
      GatedLayer layer = GatedLayer.declare(p, DIM, HIDDEN, kind);
      p.all().forEach(each -> Autograd.require(each.value()));
      Tensor x = Autograd.require(random(SEED, Precision.FLOAT64, 2, 301, DIM));
      Tensor o = random(SEED + 1, Precision.FLOAT64, 2, 301, DIM);

      Tensor y = layer.forward(x);
      Autograd.backward(y, o);
      Autograd.backward(layer.forward(x), o);
      Map<String, double[]> expected = taken(p, x);

      Tensor gradInput = null;
      for (int i = 0; i < 2; i++) {
        Segment segment = segment(layer, x, recompute);
        assertClose("output", Tensors.toDoubles(segment.output()), Tensors.toDoubles(y));
        gradInput = segment.backward(o);
      }
      Autograd.add(x, gradInput);
      Autograd.add(x, gradInput);
      taken(p, x).forEach((name, values) -> assertClose(name, values, expected.get(name)));
      p.release();
    }
  }

  /** Vectors that do not lie one after the other in memory, as a transposed view has them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inputsMayLieInAnyOrder(boolean recompute) {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = parameters(Precision.FLOAT64);
      GatedLayer layer = GatedLayer.declare(p, DIM, HIDDEN, new MhesaConfig(2, 4));
      Tensor x = random(SEED, Precision.FLOAT64, 2, DIM, 9).transpose(1, 2);
      Segment segment = segment(layer, x, recompute);
      Segment ordered = segment(layer, x.contiguous(), recompute);
      assertClose(
          "output", Tensors.toDoubles(segment.output()), Tensors.toDoubles(ordered.output()));
      assertClose(
          "x", Tensors.toDoubles(segment.backward(x)), Tensors.toDoubles(ordered.backward(x)));
      p.release();
    }
  }

  @Test
  void whatIsFrozenGathersNothing() {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = parameters(Precision.FLOAT64);
      GatedLayer layer = GatedLayer.declare(p, DIM, HIDDEN, new MhesaConfig(2, 4));
      p.all().stream()
          .filter(each -> each.name().startsWith("to_out"))
          .forEach(each -> Autograd.require(each.value()));
      Tensor x = random(SEED, Precision.FLOAT64, 2, 9, DIM);
      Tensor gradInput = segment(layer, x, false).backward(x);
      assertThat(gradInput.defined()).isTrue();
      assertThat(p.all())
          .allSatisfy(
              each ->
                  assertThat(Autograd.gradient(each.value()).defined())
                      .isEqualTo(each.name().startsWith("to_out")));
      p.release();
    }
  }

  /** In bfloat16 both round products to 8 bits, so they agree to about that. */
  @Test
  void gradientsAreCloseInMixedPrecision() {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = parameters(Precision.MIXED_BFLOAT16);
      GatedLayer layer = GatedLayer.declare(p, DIM, HIDDEN, new GssConfig(8, 6, true));
      p.all().forEach(each -> Autograd.require(each.value()));
      Tensor x = Autograd.require(random(SEED, Precision.FLOAT32, 2, 40, DIM));
      Tensor o = random(SEED + 1, Precision.FLOAT32, 2, 40, DIM);
      Autograd.backward(layer.forward(x), o);
      Map<String, double[]> expected = taken(p, x);
      Autograd.add(x, segment(layer, x, false).backward(o));
      taken(p, x)
          .forEach(
              (name, values) -> {
                double size = norm(expected.get(name), new double[values.length]);
                assertThat(norm(values, expected.get(name))).as(name).isLessThan(0.03 * size);
              });
      p.all().forEach(e -> assertThat(Tensors.type(e.value())).isEqualTo(Precision.FLOAT32.base()));
      p.release();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsLeftBehind(boolean recompute) {
    assertThat(NativePointers.leftBehindBy(() -> round(recompute))).isZero();
  }

  private static void round(boolean recompute) {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = parameters(Precision.FLOAT64);
      GatedLayer layer = GatedLayer.declare(p, DIM, HIDDEN, new MhesaConfig(2, 4));
      p.all().forEach(each -> Autograd.require(each.value()));
      Tensor x = random(SEED, Precision.FLOAT64, 2, 9, DIM);
      segment(layer, x, recompute).backward(x);
      segment(layer, x, recompute).close();
      p.release();
    }
  }

  private static Parameters parameters(Precision precision) {
    return Parameters.from(Init.random(SEED), precision, Tensors.device("cpu"));
  }

  private static Segment segment(GatedLayer layer, Tensor x, boolean recompute) {
    return layer.segment(x, (part, in) -> part.forward(in, part.kernel(in.size(1))), recompute);
  }

  /** All gradients by name, which are forgotten with that. */
  private static Map<String, double[]> taken(Parameters p, Tensor x) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    p.all().forEach(each -> gradients.put(each.name(), taken(each.value())));
    gradients.put("x", taken(x));
    return gradients;
  }

  private static double[] taken(Tensor leaf) {
    double[] gradient = Tensors.toDoubles(Autograd.gradient(leaf));
    leaf.mutable_grad().reset();
    return gradient;
  }

  private static double norm(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  private static void assertClose(String name, double[] actual, double[] expected) {
    double size = Math.max(1, norm(expected, new double[expected.length]));
    assertThat(norm(actual, expected) / size).as("%s (seed %s)", name, SEED).isLessThan(1e-12);
  }
}
