package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.config.ChannelSteps;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.StackConfig;
import io.github.gss4j.config.StateSpaceInit;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Each mixer against its equation, token by token. */
class MixerTest {
  private static final long LENGTH = 41;

  @Test
  void dynamicConvolutionEqualsItsSum() {
    check(
        new DsConvConfig(2, 8, 64),
        (p, x) -> {
          Tensor u = norm(p, x);
          Tensor kappa = x.matmul(p.get("to_weight.weight").t()); // (B, L, heads)
          Tensor perChannel = perChannel(kappa, 4); // (B, L, H)
          return tokens(
              i -> {
                Tensor y = u.select(1, i).mul(p.get("param_D"));
                for (long k = 0; k <= i; k++) {
                  y = y.add(u.select(1, i - k).mul(perChannel.select(1, k)));
                }
                return y;
              });
        });
  }

  @Test
  void exponentialSmoothingEqualsItsRecurrence() {
    check(
        new MhesaConfig(4, 8),
        (p, x) -> {
          Tensor u = norm(p, x);
          Tensor alpha = perChannel(p.get("alphas").sigmoid(), 2);
          Tensor gamma = perChannel(p.get("dampen_factors").sigmoid(), 2);
          Tensor decay = alpha.neg().add(new Scalar(1.0)).mul(gamma);
          Tensor[] s = {u.select(1, 0).mul(new Scalar(0.0))};
          return tokens(
              i -> {
                s[0] = s[0].mul(decay).add(u.select(1, i));
                return s[0].mul(alpha).add(u.select(1, i).mul(p.get("param_D")));
              });
        });
  }

  /** (…, heads) to (…, H): each head's number for each of its channels. */
  private static Tensor perChannel(Tensor heads, int channels) {
    TensorVector copies = new TensorVector();
    for (int i = 0; i < channels; i++) {
      copies.push_back(heads);
    }
    return torch.stack(copies, -1).flatten(-2, -1);
  }

  @Test
  void stateSpaceEqualsItsRecurrence() {
    checkStateSpace(new GssConfig(6, 8, true));
    checkStateSpace(new GssConfig(6, 8, false));
    checkStateSpace(new GssConfig(6, 8, true).with(StateSpaceInit.LONG_RANGE, true, true));
    checkStateSpace(new GssConfig(6, 8, false).with(StateSpaceInit.LONG_RANGE, false, true));
    StateSpaceInit twoScale = new StateSpaceInit.TwoScale(2, 4, 400, 0.3, 1, 1);
    checkStateSpace(new GssConfig(6, 8, true).with(twoScale, false, false));
    checkStateSpace(new GssConfig(6, 8, false).with(twoScale, true, false));
  }

  private static void checkStateSpace(GssConfig config) {
    check(
        config,
        (p, x) -> {
          Tensor u = norm(p, x);
          Tensor step = config.learnedStep() ? p.get("log_step").exp() : ones(6);
          Tensor a = p.get("Lambda_real").exp().neg().mul(step);
          Tensor phase = p.get("Lambda_imag");
          Tensor b = (config.lambdaImagExp() ? phase.exp() : phase).mul(step);
          Tensor re = a.exp().mul(b.cos());
          Tensor im = a.exp().mul(b.sin());
          Tensor norm = a.mul(a).add(b.mul(b));
          Tensor lessOne = re.sub(new Scalar(1.0));
          Tensor stepRe = lessOne.mul(a).add(im.mul(b)).div(norm);
          Tensor stepIm = im.mul(a).sub(lessOne.mul(b)).div(norm);
          Tensor magnitude = re.mul(re).add(im.mul(im));
          Tensor gamma = magnitude.neg().add(new Scalar(1.0)).sqrt();
          int slow = config.init().slowModes();
          Tensor scale =
              config.normalizeInput()
                  ? gamma.div(new Scalar(Math.sqrt(6.0)))
                  : torch.cat(new TensorVector(ones(6 - slow), gamma.narrow(0, 6 - slow, slow)), 0);
          Tensor cRe = p.get("C_real").mul(stepRe).sub(p.get("C_imag").mul(stepIm)).mul(scale);
          Tensor cIm = p.get("C_real").mul(stepIm).add(p.get("C_imag").mul(stepRe)).mul(scale);
          Tensor zero = u.select(1, 0).unsqueeze(2).mul(new Scalar(0.0)).mul(ones(6)); // (B, H, N)
          Tensor[] s = {zero, zero};
          return tokens(
              i -> {
                Tensor now = u.select(1, i);
                Tensor next = s[0].mul(re).sub(s[1].mul(im)).add(now.unsqueeze(2));
                s[1] = s[0].mul(im).add(s[1].mul(re));
                s[0] = next;
                Tensor y = s[0].mul(cRe).sub(s[1].mul(cIm)).sum(-1);
                return y.add(now.mul(p.get("param_D")));
              });
        });
  }

  private static Tensor ones(long n) {
    return Tensors.zerosLike(Tensors.of(new double[1], 1), n).add(new Scalar(1.0));
  }

  private static Tensor norm(Map<String, Tensor> p, Tensor x) {
    return new LayerNorm(p.get("norm.weight"), p.get("norm.bias")).apply(x);
  }

  private static Tensor tokens(Function<Long, Tensor> token) {
    TensorVector all = new TensorVector();
    for (long i = 0; i < LENGTH; i++) {
      all.push_back(token.apply(i));
    }
    return torch.stack(all, 1);
  }

  private interface Equation {
    Tensor apply(Map<String, Tensor> parameters, Tensor x);
  }

  /** Outputs and gradients, of the input and of every parameter. */
  private static void check(MixerConfig config, Equation equation) {
    try (PointerScope scope = new PointerScope()) {
      Parameters drawn = declare(config, Init.random(3));
      List<Parameter> all = drawn.all();
      List<Tensor> inputs = new ArrayList<>(all.stream().map(Parameter::value).toList());
      inputs.add(random(5, Precision.FLOAT64, 2, LENGTH, 8));
      Naive.compare(
          in -> throughMixer(config, named(all, in), in[all.size()]),
          in -> equation.apply(named(all, in), in[all.size()]),
          inputs.toArray(new Tensor[0]));
      drawn.release();
    }
  }

  /** A parameter is a clone of what its source gives, so gradients flow on into the source. */
  private static Tensor throughMixer(MixerConfig config, Map<String, Tensor> values, Tensor x) {
    Parameters p =
        Parameters.from(
            (name, init, shape) -> values.get(name), Precision.FLOAT64, Tensors.device("cpu"));
    SequenceMixer mixer = MixerKind.declare(p, config);
    Tensor y = mixer.forward(x, mixer.kernel(x.size(1)));
    p.release();
    return y;
  }

  private static Map<String, Tensor> named(List<Parameter> parameters, Tensor[] in) {
    Map<String, Tensor> map = new HashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      map.put(parameters.get(i).name(), in[i]);
    }
    return map;
  }

  private static Parameters declare(MixerConfig config, Parameters.Source source) {
    Parameters p = Parameters.from(source, Precision.FLOAT64, Tensors.device("cpu"));
    MixerKind.declare(p, config);
    return p;
  }

  @Test
  void aDynamicConvolutionSaysWhatItsMemoryHolds() {
    try (PointerScope scope = new PointerScope();
        LayerFixture fixture = LayerFixture.of(new DsConvConfig(2, 8, 20), 1, Precision.FLOAT64)) {
      CausalLayer layer = fixture.layer();
      Tensor x = random(1, Precision.FLOAT64, 1, 21, LayerFixture.DIM);
      MixerState full = layer.mix(x.narrow(1, 0, 20), layer.initialState(1)).state();
      String expected = "1 tokens after 20, expected at most max_seq_len = 20";
      assertThatThrownBy(() -> layer.mix(x.narrow(1, 20, 1), full)).hasMessageContaining(expected);
      assertThatThrownBy(() -> layer.forward(x)).hasMessageContaining("21 tokens after 0");
    }
  }

  /** Σ_l K[l]² is about 1 whatever the time constants and N; without the option it is far off. */
  @Test
  void normalizedKernelsHaveEnergyOneHoweverSlowTheModes() {
    double normalized = energy(true);
    assertThat(normalized).isBetween(0.5, 2.0);
    assertThat(energy(false)).isGreaterThan(1000 * normalized);
  }

  private static double energy(boolean normalize) {
    GssConfig config =
        new GssConfig(256, 32, true).with(StateSpaceInit.LONG_RANGE, false, normalize);
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(1), Precision.FLOAT64, Tensors.device("cpu"));
      Tensor kernel =
          MixerKind.declare(p, config).kernel(100_000).tensors().get(0).detach(); // (H, L)
      double mean = Tensors.value(kernel.mul(kernel).sum(1).mean());
      p.release();
      return mean;
    }
  }

  @Test
  void twoScaleBeginsAsItsFastModesAlone() {
    StateSpaceInit start = StateSpaceInit.TwoScale.of(64);
    GssConfig config = new GssConfig(96, 4, true).with(start, false, false);
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(1), Precision.FLOAT64, Tensors.device("cpu"));
      DiagonalStateSpace mixer = DiagonalStateSpace.declare(p, config);
      double[] constants = mixer.modes().orElseThrow().timeConstants();
      double[] slow =
          Arrays.stream(Tensors.toDoubles(mixer.lambdaRe(0).detach().narrow(0, 32, 64)))
              .map(re -> -1 / re)
              .toArray();
      assertThat(Arrays.stream(slow)).allMatch(tau -> tau > 15.99 && tau < 4096.01);
      assertThat(Arrays.stream(slow).map(Math::log).average().orElseThrow())
          .isBetween(Math.log(100), Math.log(600)); // log-uniform
      assertThat(constants).hasSize(96);
      double[] phases = Tensors.toDoubles(mixer.lambdaIm(0).detach().narrow(0, 32, 64));
      assertThat(Arrays.stream(phases).filter(phase -> phase < 2e-6).count()).isEqualTo(32);
      assertThat(Arrays.stream(phases).max().orElseThrow()).isBetween(0.2, 0.3001);

      Parameters fastAlone =
          Parameters.from(
              (name, init, shape) -> {
                Tensor all = named(p.all()).get(name);
                return shape[shape.length - 1] == 32 ? all.narrow(-1, 0, 32) : all;
              },
              Precision.FLOAT64,
              Tensors.device("cpu"));
      DiagonalStateSpace published =
          DiagonalStateSpace.declare(fastAlone, new GssConfig(32, 4, true));
      Tensor x = random(3, Precision.FLOAT64, 2, 50, 4);
      double[] expected = Tensors.toDoubles(published.forward(x, published.kernel(50)));
      double[] found = Tensors.toDoubles(mixer.forward(x, mixer.kernel(50)));
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-12));
      }
      fastAlone.release();
      p.release();
    }
  }

  private static Map<String, Tensor> named(List<Parameter> parameters) {
    Map<String, Tensor> map = new HashMap<>();
    parameters.forEach(p -> map.put(p.name(), p.value()));
    return map;
  }

  @Test
  void aGroupOfChannelsIsAStateSpaceOfItsOwnStep() {
    GssConfig one = new GssConfig(6, 64, true);
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(3), Precision.FLOAT64, Tensors.device("cpu"));
      DiagonalStateSpace mixer = DiagonalStateSpace.declare(p, one.with(new ChannelSteps(2, 16)));
      Map<String, Tensor> values = named(p.all());
      double[] logSteps = Tensors.toDoubles(values.get("log_group_step").detach());
      assertThat(logSteps[0]).isZero();
      assertThat(Math.exp(logSteps[1])).isCloseTo(1.0 / 16, within(1e-6));
      Tensor x = random(5, Precision.FLOAT64, 2, 200, 64);
      Tensor found = mixer.forward(x, mixer.kernel(200)).detach();
      for (int group = 0; group < 2; group++) {
        double log = logSteps[group];
        Parameters own =
            Parameters.from(
                (name, init, shape) ->
                    switch (name) {
                      case "Lambda_real", "Lambda_imag" -> values.get(name).add(new Scalar(log));
                      case "C_real", "C_imag" -> values.get(name).mul(new Scalar(Math.exp(log)));
                      default -> values.get(name);
                    },
                Precision.FLOAT64,
                Tensors.device("cpu"));
        DiagonalStateSpace alone = DiagonalStateSpace.declare(own, one);
        double[] expected =
            Tensors.toDoubles(
                alone.forward(x, alone.kernel(200)).detach().narrow(2, 32L * group, 32));
        double[] ofGroup = Tensors.toDoubles(found.narrow(2, 32L * group, 32));
        for (int i = 0; i < expected.length; i++) {
          assertThat(ofGroup[i]).isCloseTo(expected[i], within(1e-10));
        }
        own.release();
      }
      p.release();
    }
  }

  @Test
  void deeperLayersAreSlowerWhereAsked() {
    StateSpaceInit start = new StateSpaceInit.TwoScale(6, 10, 20, 0.3, 0, 10);
    StackConfig stack =
        StackConfig.of(8, 3)
            .withLayers(
                Collections.nCopies(3, new GssConfig(6, 4, true).with(start, false, false)));
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(1), Precision.FLOAT64, Tensors.device("cpu"));
      List<CausalLayer> layers = Layers.causal(p, stack);
      for (int i = 0; i < 3; i++) {
        double least = 10 * Math.pow(10, i);
        assertThat(Arrays.stream(layers.get(i).mixer().modes().orElseThrow().timeConstants()))
            .allMatch(tau -> tau > 0.999 * least && tau < 2.001 * least);
      }
      p.release();
    }
  }

  @Test
  void longRangeModesRememberLongAndTurnSlowly() {
    GssConfig config = new GssConfig(512, 4, true).with(StateSpaceInit.LONG_RANGE, false, false);
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(1), Precision.FLOAT64, Tensors.device("cpu"));
      DiagonalStateSpace mixer = DiagonalStateSpace.declare(p, config);
      double[] constants =
          Arrays.stream(Tensors.toDoubles(mixer.lambdaRe(0).detach())).map(re -> -1 / re).toArray();
      double[] phases = Tensors.toDoubles(mixer.lambdaIm(0).detach());
      assertThat(Arrays.stream(constants).min().orElseThrow()).isBetween(19.99, 25.0);
      assertThat(Arrays.stream(constants).max().orElseThrow()).isBetween(15_000.0, 20_001.0);
      assertThat(Arrays.stream(phases).max().orElseThrow()).isLessThan(Math.PI / 10 + 1e-6);
      assertThat(Arrays.stream(phases).average().orElseThrow()).isBetween(0.14, 0.175);
      p.release();
    }
  }
}
