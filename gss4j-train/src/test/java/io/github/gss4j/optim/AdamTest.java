package io.github.gss4j.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.OptimizerConfig.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** The fused optimizer against the formula, number by number, in float64. */
class AdamTest {
  private static final double LR = 0.01;
  private static final int SIZE = 5;

  /** One number under the formula of the papers. */
  private static final class Formula {
    private final OptimizerConfig config;
    private final double decay;
    private double theta;
    private double m;
    private double v;

    Formula(OptimizerConfig config, boolean decays, double theta) {
      this.config = config;
      this.decay = decays ? config.weightDecay() : 0;
      this.theta = theta;
    }

    void step(int t, double gradient) {
      double g = gradient;
      if (config.kind() == Kind.ADAMW) {
        theta -= LR * decay * theta;
      } else {
        g += decay * theta;
      }
      m = config.beta1() * m + (1 - config.beta1()) * g;
      v = config.beta2() * v + (1 - config.beta2()) * g * g;
      double mHat = m / (1 - Math.pow(config.beta1(), t));
      double vHat = v / (1 - Math.pow(config.beta2(), t));
      theta -= LR * mHat / (Math.sqrt(vHat) + config.eps());
    }
  }

  private static OptimizerConfig config(Kind kind, boolean decayAll, double clip) {
    return new OptimizerConfig(kind, LR, 0.9, 0.98, 1e-6, 0.3, decayAll, clip);
  }

  private static Optimizer optimizer(List<Parameter> parameters, OptimizerConfig config) {
    return config.optimizer(ShardingStrategy.alone(parameters), p -> config.lr());
  }

  private static Parameter parameter(String name, Role role) {
    double[] values = new SplittableRandom(name.hashCode()).doubles(SIZE, -1, 1).toArray();
    return new Parameter(name, role, Autograd.require(Tensors.of(values, SIZE)));
  }

  private static void giveGradient(Parameter p, double[] gradient) {
    Tensor loss = p.value().mul(Tensors.of(gradient, SIZE)).sum();
    loss.backward();
  }

  @Test
  void everyWeightMovesAsTheFormulaSays() {
    for (Kind kind : List.of(Kind.ADAM, Kind.ADAMW)) {
      for (boolean all : List.of(true, false)) {
        check(config(kind, all, 0));
      }
    }
  }

  private static void check(OptimizerConfig config) {
    SplittableRandom random = new SplittableRandom(5);
    try (PointerScope scope = new PointerScope()) {
      List<Parameter> parameters = List.of(parameter("a", Role.MATRIX), parameter("b", Role.NORM));
      List<Formula> expected = new ArrayList<>();
      for (Parameter p : parameters) {
        for (double value : Tensors.toDoubles(p.value())) {
          boolean decays = config.decayAll() || p.role() == Role.MATRIX;
          expected.add(new Formula(config, decays, value));
        }
      }
      try (Optimizer adam = optimizer(parameters, config)) {
        for (int t = 1; t <= 7; t++) {
          for (int p = 0; p < parameters.size(); p++) {
            double[] gradient = random.doubles(SIZE, -2, 2).toArray();
            giveGradient(parameters.get(p), gradient);
            for (int i = 0; i < SIZE; i++) {
              expected.get(p * SIZE + i).step(t, gradient[i]);
            }
          }
          adam.step(LR);
        }
        assertThat(adam.steps()).isEqualTo(7);
      }
      for (int p = 0; p < parameters.size(); p++) {
        double[] found = Tensors.toDoubles(parameters.get(p).value());
        for (int i = 0; i < SIZE; i++) {
          assertThat(found[i])
              .as("%s %s[%d]", config, parameters.get(p).name(), i)
              .isCloseTo(expected.get(p * SIZE + i).theta, within(1e-12));
        }
      }
    }
  }

  @Test
  void clippingScalesAllGradientsTogether() {
    try (PointerScope scope = new PointerScope()) {
      List<Parameter> parameters = List.of(parameter("a", Role.MATRIX), parameter("b", Role.NORM));
      parameters.forEach(p -> giveGradient(p, new double[] {3, 0, 0, 0, 4}));
      try (Optimizer adam = optimizer(parameters, config(Kind.ADAMW, false, 0.5))) {
        double norm = Math.sqrt(50);
        assertThat(adam.clip()).isCloseTo(norm, within(1e-9));
        for (Parameter p : parameters) {
          double[] clipped = Tensors.toDoubles(Autograd.gradient(p.value()));
          assertThat(clipped[0]).isCloseTo(3 * 0.5 / norm, within(1e-5));
          assertThat(clipped[4]).isCloseTo(4 * 0.5 / norm, within(1e-5));
        }
      }
      parameters.forEach(p -> p.value().mutable_grad().reset());
    }
  }

  @Test
  void gradientsWithinTheLimitAreLeftAlone() {
    for (double limit : List.of(0.0, 1e3)) {
      try (PointerScope scope = new PointerScope()) {
        Parameter p = parameter("a", Role.MATRIX);
        double[] gradient = {3, -1, 0.5, 1e-9, 4};
        giveGradient(p, gradient);
        try (Optimizer adam = optimizer(List.of(p), config(Kind.ADAMW, false, limit))) {
          adam.clip();
          assertThat(Tensors.toDoubles(Autograd.gradient(p.value()))).isEqualTo(gradient);
        }
        p.value().mutable_grad().reset();
      }
    }
  }
}
