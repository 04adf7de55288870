package io.github.gss4j.layers;

import static io.github.gss4j.config.StateSpaceInit.LongRange.LEAST_PHASE;

import io.github.gss4j.config.ChannelSteps;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.StateSpaceInit;
import io.github.gss4j.config.StateSpaceInit.LongRange;
import io.github.gss4j.config.StateSpaceInit.TwoScale;
import io.github.gss4j.ops.Tensors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the modes of a state space are drawn from, as {@link StateSpaceInit} says.
 *
 * @param decays of log(−Re Λ)
 * @param phases of Im Λ, or of its logarithm where that is learned
 * @param c of C
 */
record InitialModes(Init decays, Init phases, Init c) {
  /** As published; the paper found random as good as HiPPO for language. */
  private static final Init NORMAL = Init.normal(1);

  static InitialModes of(GssConfig config) {
    boolean logarithm = config.lambdaImagExp();
    if (config.init() instanceof LongRange range) {
      Init decays = Init.uniform(Math.log(range.dtMin() / 2), Math.log(range.dtMax() / 2));
      return new InitialModes(decays, learned(turns(range), logarithm), NORMAL);
    } else if (config.init() instanceof TwoScale two) {
      Init decays = Init.uniform(-Math.log(two.tauMax()), -Math.log(two.tauMin()));
      return new InitialModes(
          slow(two, decays),
          slow(two, learned(everyOther(two.maxPhase()), logarithm)),
          slow(two, Init.normal(two.slowC())));
    }
    return new InitialModes(NORMAL, NORMAL, NORMAL);
  }

  /** For a short convolution: it begins as none, but for a little noise. */
  static Init nearlyIdentity() {
    return (shape, random) -> {
      Tensor weight = Init.normal(0.02).value(shape, random);
      weight.select(1, 0).add_(new Scalar(1.0));
      return weight;
    };
  }

  /** For the logarithms of the steps of groups of channels. */
  static Init groupSteps(ChannelSteps steps) {
    return (shape, random) ->
        Tensors.of(IntStream.range(0, steps.groups()).mapToDouble(steps::firstLog).toArray(), shape)
            .to(ScalarType.Float);
  }

  private static Init turns(LongRange range) {
    Init anywhere = Init.uniform(LEAST_PHASE, range.maxPhase());
    if (range.phaseGrid() == 0) {
      return anywhere;
    }
    double turn = 2 * Math.PI / range.phaseGrid();
    return (shape, random) ->
        anywhere
            .value(shape, random)
            .div(new Scalar(turn))
            .round()
            .mul(new Scalar(turn))
            .clamp(new ScalarOptional(new Scalar(LEAST_PHASE)), new ScalarOptional());
  }

  /** Every other mode turns; the rest hardly do. */
  private static Init everyOther(double maxPhase) {
    return (shape, random) -> {
      Tensor phases = Init.uniform(LEAST_PHASE, maxPhase).value(shape, random);
      phases.slice(0, new LongOptional(0), new LongOptional(), 2).fill_(new Scalar(LEAST_PHASE));
      return phases;
    };
  }

  private static Init learned(Init phases, boolean logarithm) {
    return logarithm ? (shape, random) -> phases.value(shape, random).log() : phases;
  }

  /** The first modes as published, the last ones by another start; modes are the last dimension. */
  private static Init slow(TwoScale two, Init slow) {
    return (shape, random) -> {
      int last = shape.length - 1;
      long[] fastShape = shape.clone();
      long[] slowShape = shape.clone();
      fastShape[last] = shape[last] - two.slowModes();
      slowShape[last] = two.slowModes();
      Tensor fast = NORMAL.value(fastShape, random);
      return torch.cat(new TensorVector(fast, slow.value(slowShape, random)), last);
    };
  }
}
