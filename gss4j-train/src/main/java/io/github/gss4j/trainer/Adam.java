package io.github.gss4j.trainer;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Aten;
import io.github.gss4j.ops.GraphCut;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), all parameters in one fused
 * pass of libtorch.
 *
 * <pre>
 * m ← β₁m + (1−β₁)g    v ← β₂v + (1−β₂)g²    θ ← θ − lr·m̂/(√v̂ + ε)
 * </pre>
 *
 * <p>AdamW first shrinks θ by lr·decay; Adam adds decay·θ to g.
 */
final class Adam implements AutoCloseable {
  private static final String FIRST = "exp_avg.";
  private static final String SECOND = "exp_avg_sq.";

  private final OptimizerConfig config;
  private final List<Parameter> parameters;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private long steps;

  /** An optimizer at rest over a model's parameters. */
  Adam(List<Parameter> parameters, OptimizerConfig config) {
    this.parameters = List.copyOf(parameters);
    this.config = config;
    for (Parameter p : parameters) {
      for (String kind : List.of(FIRST, SECOND)) {
        moments.put(
            kind + p.name(),
            Scopes.kept(() -> Tensors.zerosLike(p.value(), Tensors.shape(p.value()))));
      }
    }
  }

  /**
   * Scales all gradients so that their global norm is at most the configured one.
   *
   * @return the norm before
   */
  double clip() {
    try (PointerScope scope = new PointerScope()) {
      Tensor[] values = parameters.stream().map(Parameter::value).toArray(Tensor[]::new);
      double most = config.gradClip() == 0 ? Double.POSITIVE_INFINITY : config.gradClip();
      return torch.clip_grad_norm_(new TensorVector(values), most, 2, false);
    }
  }

  /** Moves the parameters along their gradients and forgets these. */
  void step(double learningRate) {
    step(learningRate, learningRate);
  }

  /** The same with a rate of their own for state-space parameters, as S4's recipes have it. */
  void step(double learningRate, double stateSpaceRate) {
    steps++;
    Map<Boolean, List<Parameter>> all =
        parameters.stream()
            .collect(
                Collectors.partitioningBy(
                    p -> p.role() == Role.STATE_SPACE && stateSpaceRate != learningRate));
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      all.forEach(
          (own, some) -> {
            double rate = own ? stateSpaceRate : learningRate;
            update(some.stream().filter(this::decays).toList(), rate, config.weightDecay());
            update(some.stream().filter(p -> !decays(p)).toList(), rate, 0);
          });
    }
    forgetGradients();
  }

  /** Drops all gradients. */
  void forgetGradients() {
    try (PointerScope scope = new PointerScope()) {
      parameters.forEach(p -> p.value().mutable_grad().reset());
    }
  }

  private boolean decays(Parameter p) {
    return config.decayAll() || p.role() == Role.MATRIX || p.role() == Role.EMBEDDING;
  }

  private void update(List<Parameter> group, double learningRate, double decay) {
    if (group.isEmpty()) {
      return;
    }
    List<Tensor> values = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    List<Tensor> first = new ArrayList<>();
    List<Tensor> second = new ArrayList<>();
    List<Tensor> stepCounts = new ArrayList<>();
    Tensor count =
        Tensors.of(new float[] {steps}, 1)
            .squeeze()
            .to(group.get(0).value().device(), torch.ScalarType.Float);
    for (Parameter p : group) {
      values.add(p.value());
      gradients.add(GraphCut.gradient(p.value()));
      first.add(moments.get(FIRST + p.name()));
      second.add(moments.get(SECOND + p.name()));
      stepCounts.add(count);
    }
    Aten.call(
        config.decoupledDecay() ? "aten::_fused_adamw_" : "aten::_fused_adam_",
        values,
        gradients,
        first,
        second,
        List.of(),
        stepCounts,
        learningRate,
        config.beta1(),
        config.beta2(),
        decay,
        config.eps(),
        false,
        false,
        null,
        null);
  }

  /** How many steps were taken. */
  long steps() {
    return steps;
  }

  /** The moments by name, for a checkpoint. */
  Map<String, Tensor> state() {
    return Collections.unmodifiableMap(moments);
  }

  /**
   * Goes on from a checkpoint.
   *
   * @param source gives each moment by name
   */
  void restore(long stepsTaken, java.util.function.Function<String, Tensor> source) {
    steps = stepsTaken;
    moments.forEach(
        (name, moment) ->
            Scopes.run(
                () -> {
                  try (NoGradGuard guard = new NoGradGuard()) {
                    moment.copy_(source.apply(name));
                  }
                }));
  }

  @Override
  public void close() {
    moments.values().forEach(Tensor::releaseReference);
    moments.clear();
  }
}
