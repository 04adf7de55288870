package io.github.gss4j.trainer;

import io.github.gss4j.distributed.Replication;
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
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
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
  private final Replication replication;
  private final List<Parameter> parameters;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private long steps;

  /** An optimizer at rest over what this rank has of a model's parameters. */
  Adam(Replication replication, OptimizerConfig config) {
    this.replication = replication;
    this.parameters = List.copyOf(replication.owned());
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
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      List<Tensor> gradients = parameters.stream().map(p -> GraphCut.gradient(p.value())).toList();
      double here = norm(gradients);
      double norm = Math.sqrt(replication.overParts(here * here)[0]);
      double scale = config.gradClip() / (norm + 1e-6);
      if (config.gradClip() > 0 && scale < 1) {
        gradients.forEach(g -> g.mul_(new Scalar(scale)));
      }
      return norm;
    }
  }

  private static double norm(List<Tensor> tensors) {
    if (tensors.isEmpty()) {
      return 0;
    }
    Tensor[] norms = tensors.stream().map(Tensor::norm).toArray(Tensor[]::new);
    return Tensors.value(torch.stack(new TensorVector(norms)).norm());
  }

  /** Moves the parameters along their gradients and forgets these. */
  void step(double learningRate) {
    steps++;
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      update(parameters.stream().filter(this::decays).toList(), learningRate, config.weightDecay());
      update(parameters.stream().filter(p -> !decays(p)).toList(), learningRate, 0);
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
   * @param source gives each moment by name, of the whole parameter
   */
  void restore(long stepsTaken, Function<String, Tensor> source) {
    steps = stepsTaken;
    try (NoGradGuard guard = new NoGradGuard()) {
      for (Parameter p : parameters) {
        for (String name : List.of(FIRST + p.name(), SECOND + p.name())) {
          Scopes.run(
              () -> moments.get(name).copy_(replication.part(p.name(), source.apply(name))));
        }
      }
    }
  }

  @Override
  public void close() {
    moments.values().forEach(Tensor::releaseReference);
    moments.clear();
  }
}
