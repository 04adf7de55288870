package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.DIM;
import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** What holds for every causal layer. */
class CausalLayerTest {
  @Provide
  Arbitrary<LayerConfig> kinds() {
    return Arbitraries.of(LayerKinds.all());
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void piecesEqualTheWhole(
      @ForAll("kinds") LayerConfig kind,
      @ForAll @IntRange(min = 1, max = 3) int batch,
      @ForAll @IntRange(min = 1, max = 700) int length,
      @ForAll long seed) {
    checkPieces(kind, Precision.FLOAT64, batch, length, seed, 1e-10);
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void piecesEqualTheWholeInFloat32(
      @ForAll("kinds") LayerConfig kind,
      @ForAll @IntRange(min = 1, max = 700) int length,
      @ForAll long seed) {
    checkPieces(kind, Precision.FLOAT32, 2, length, seed, 5e-5);
  }

  private static void checkPieces(
      LayerConfig kind, Precision precision, int batch, int length, long seed, double tolerance) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard();
        LayerFixture fixture = LayerFixture.of(kind, seed, precision)) {
      Tensor x = random(seed, precision, batch, length, DIM);
      List<Long> pieces = LayerFixture.pieces(new Random(seed), length);
      assertThat(difference(fixture.readInPieces(x, pieces), fixture.layer().forward(x)))
          .as("%s in pieces of %s", kind, pieces)
          .isLessThan(tolerance);
    }
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void changingATokenLeavesThoseBeforeItAsTheyWere(
      @ForAll("kinds") LayerConfig kind,
      @ForAll @IntRange(min = 2, max = 400) int length,
      @ForAll long seed) {
    int t = 1 + new Random(seed).nextInt(length - 1);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard();
        LayerFixture fixture = LayerFixture.of(kind, seed, Precision.FLOAT64)) {
      Tensor x = random(seed, Precision.FLOAT64, 2, length, DIM);
      Tensor changed = x.clone();
      changed.select(1, t).add_(random(seed + 1, Precision.FLOAT64, DIM), new Scalar(3.0));
      Tensor y = fixture.layer().forward(x);
      Tensor moved = fixture.layer().forward(changed).sub(y).abs();
      double largest = Tensors.value(y.abs().max());
      assertThat(Tensors.value(moved.narrow(1, 0, t).max()) / largest)
          .as("%s, token %s of %s", kind, t, length)
          .isLessThanOrEqualTo(1e-12);
      assertThat(Tensors.value(moved.select(1, t).max()) / largest).isGreaterThan(1e-6);
    }
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void rowsOfABatchDoNotKnowEachOther(@ForAll("kinds") LayerConfig kind, @ForAll long seed) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard();
        LayerFixture fixture = LayerFixture.of(kind, seed, Precision.FLOAT64)) {
      Tensor x = random(seed, Precision.FLOAT64, 3, 45, DIM);
      Tensor together = fixture.layer().forward(x);
      for (int row = 0; row < 3; row++) {
        Tensor alone = fixture.layer().forward(x.narrow(0, row, 1));
        assertThat(difference(together.narrow(0, row, 1), alone)).isLessThan(1e-12);
      }
    }
  }

  /** Rows that have read different lengths continue together as they would alone. */
  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void rowsAtDifferentPositionsGoOnTogether(
      @ForAll("kinds") LayerConfig kind,
      @ForAll @IntRange(min = 1, max = 40) int first,
      @ForAll @IntRange(min = 1, max = 40) int second,
      @ForAll @IntRange(min = 1, max = 200) int more,
      @ForAll long seed) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard();
        LayerFixture fixture = LayerFixture.of(kind, seed, Precision.FLOAT64)) {
      CausalLayer layer = fixture.layer();
      Tensor a = random(seed, Precision.FLOAT64, 1, first + more, DIM);
      Tensor b = random(seed + 1, Precision.FLOAT64, 1, second + more, DIM);
      MixerState afterA = layer.mix(a.narrow(1, 0, first), layer.initialState(1)).state();
      MixerState afterB = layer.mix(b.narrow(1, 0, second), layer.initialState(1)).state();
      MixerState both =
          MixerState.join(List.of(afterA, afterB))
              .select(Tensors.of(new long[] {1, 0, 1}, 3)); // b, a, b
      Tensor restA = a.narrow(1, first, more);
      Tensor restB = b.narrow(1, second, more);
      Tensor x = torch.cat(new TensorVector(restB, restA, restB), 0);
      MixerOutput once = layer.mix(x.narrow(1, 0, 1), both); // one token, then the others
      Tensor y = once.output();
      if (more > 1) {
        Tensor others = layer.mix(x.narrow(1, 1, more - 1), once.state()).output();
        y = torch.cat(new TensorVector(y, others), 1);
      }
      Tensor wholeA = layer.forward(a).narrow(1, first, more);
      Tensor wholeB = layer.forward(b).narrow(1, second, more);
      assertThat(difference(y.narrow(0, 0, 1), wholeB)).as("b first").isLessThan(1e-10);
      assertThat(difference(y.narrow(0, 1, 1), wholeA)).as("a").isLessThan(1e-10);
      assertThat(difference(y.narrow(0, 2, 1), wholeB)).as("b again").isLessThan(1e-10);
    }
  }
}
