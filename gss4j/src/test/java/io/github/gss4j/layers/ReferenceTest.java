package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.DIM;
import static io.github.gss4j.layers.LayerFixture.HIDDEN;
import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.ChannelSteps;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.StateSpaceInit;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.reference.DynamicConvolutionReference;
import io.github.gss4j.reference.GatedLayerReference;
import io.github.gss4j.reference.LocalAttentionReference;
import io.github.gss4j.reference.SmoothingReference;
import io.github.gss4j.reference.StateSpaceReference;
import io.github.gss4j.reference.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Every layer's fast forms against its plain reference, at random sizes. */
class ReferenceTest {
  private static final int TRIES = 25;
  private static final double TOLERANCE = 1e-10;

  /** A plain layer: its weights and a sequence (L, D) to (L, D). */
  private interface Reference {
    double[][] apply(Weights p, double[][] x);
  }

  private static Reference gated(
      MixerConfig config, Function<Weights, UnaryOperator<double[][]>> mixer) {
    return (p, x) -> GatedLayerReference.apply(p, mixer.apply(p.at(config.prefix())), x);
  }

  private static GssConfig stateSpace(Random random, int channels) {
    int modes = 1 + random.nextInt(9);
    StateSpaceInit init =
        switch (random.nextInt(3)) {
          case 0 -> StateSpaceInit.RANDOM;
          case 1 -> new StateSpaceInit.LongRange(1e-2, 1, 2);
          default -> new StateSpaceInit.TwoScale(1 + random.nextInt(modes), 2, 50, 0.3, 1, 1);
        };
    return new GssConfig(modes, channels, random.nextBoolean())
        .with(init, random.nextBoolean(), init.slowModes() == 0 && random.nextBoolean())
        .withShortConv(random.nextBoolean() ? 0 : 2 + random.nextInt(3));
  }

  @Test
  void aGatedStateSpaceEqualsItsReference() {
    check(
        random ->
            random.nextInt(4) == 0
                ? stateSpace(random, 64).with(new ChannelSteps(2, 4))
                : stateSpace(random, 1 + random.nextInt(12)),
        config -> gated(config, p -> x -> StateSpaceReference.mix(config, p, x)));
  }

  @Test
  void aStateSpaceWithoutAGateEqualsItsReference() {
    check(
        random -> DssConfig.of(stateSpace(random, 1)),
        config -> (p, x) -> StateSpaceReference.layer(config.at(DIM), p, x));
  }

  @Test
  void aSmoothingEqualsItsReference() {
    check(
        random -> {
          int heads = 1 + random.nextInt(4);
          return new MhesaConfig(heads, heads * (1 + random.nextInt(4)));
        },
        config -> gated(config, p -> x -> SmoothingReference.mix(config, p, x)));
  }

  @Test
  void aDynamicConvolutionEqualsItsReference() {
    check(
        random -> {
          int heads = 1 + random.nextInt(4);
          return new DsConvConfig(heads, heads * (1 + random.nextInt(4)), 4096);
        },
        config -> gated(config, p -> x -> DynamicConvolutionReference.mix(config, p, x)));
  }

  @Test
  void localAttentionEqualsItsReference() {
    check(
        random ->
            new AttentionConfig(
                1 << random.nextInt(4),
                2 + random.nextInt(20),
                random.nextBoolean() ? AttentionConfig.Kind.CHUNKS : AttentionConfig.Kind.SLIDING),
        config -> (p, x) -> LocalAttentionReference.layer(config, p, x));
  }

  /** The parallel form, and the recurrent one in pieces. */
  private static <C extends LayerConfig> void check(
      Function<Random, C> draw, Function<C, Reference> reference) {
    long first = new Random().nextLong();
    for (long seed = first; seed < first + TRIES; seed++) {
      Random random = new Random(seed);
      C config = draw.apply(random);
      int length = 1 + random.nextInt(random.nextBoolean() ? 12 : 150);
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard();
          LayerFixture fixture = LayerFixture.of(config, seed, Precision.FLOAT64)) {
        Tensor x = random(seed, Precision.FLOAT64, 1, length, DIM);
        Map<String, double[]> values = new HashMap<>();
        fixture.parameters().all().forEach(p -> values.put(p.name(), Tensors.toDoubles(p.value())));
        double[][] plain = reference.apply(config).apply(new Weights(values::get), rows(x));
        Tensor expected =
            Tensors.of(
                Arrays.stream(plain).flatMapToDouble(Arrays::stream).toArray(), 1, length, DIM);
        String what = "%s, F %s, length %s (seed %s)".formatted(config, HIDDEN, length, seed);
        assertThat(difference(fixture.layer().forward(x), expected)).as(what).isLessThan(TOLERANCE);
        Tensor pieces = fixture.readInPieces(x, LayerFixture.pieces(random, length));
        assertThat(difference(pieces, expected)).as("pieces of " + what).isLessThan(TOLERANCE);
      }
    }
  }

  private static double[][] rows(Tensor x) {
    double[][] rows = new double[(int) x.size(1)][];
    for (int l = 0; l < rows.length; l++) {
      rows[l] = Tensors.toDoubles(x.select(0, 0).select(0, l));
    }
    return rows;
  }
}
