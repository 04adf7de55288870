package io.github.gss4j.trainer;

import io.github.gss4j.distributed.Replication;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Aten;
import io.github.gss4j.ops.GraphCut;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * <p>AdamW first shrinks θ by lr·decay; Adam adds decay·θ to g. A parameter that was frozen and no
 * longer is starts with moments of zero and counts its own steps, as if it were new.
 */
final class Adam implements AutoCloseable {
  private static final String FIRST = "exp_avg.";
  private static final String SECOND = "exp_avg_sq.";

  /**
   * What goes before a parameter's name in {@link #state}, of the step that it is learned since.
   */
  static final String SINCE = "learned_since.";

  /** What goes before a parameter's name in {@link #state}, of the moments. */
  static final List<String> KINDS = List.of(FIRST, SECOND);

  private final OptimizerConfig config;
  private final Replication replication;
  private final FineTuning rates;
  private final List<Parameter> parameters;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private final Map<String, Long> since = new LinkedHashMap<>();
  private final Map<Group, List<Parameter>> groups = new LinkedHashMap<>();
  private long steps;

  /** What the parameters of one fused update have in common. */
  private record Group(double lrFactor, boolean decays, long since) {}

  /** An optimizer at rest over parameters that all have the same learning rate. */
  Adam(List<Parameter> parameters, OptimizerConfig config) {
    this(Replication.alone(parameters), config, FineTuning.NONE);
  }

  /** An optimizer at rest over what this rank has of the parameters that are learned. */
  Adam(Replication replication, OptimizerConfig config, FineTuning rates) {
    this.replication = replication;
    this.parameters = List.copyOf(replication.owned());
    this.config = config;
    this.rates = rates;
    for (Parameter p : parameters) {
      for (String kind : KINDS) {
        moments.put(
            kind + p.name(),
            Scopes.kept(() -> Tensors.zerosLike(p.value(), Tensors.shape(p.value()))));
      }
      group(p);
    }
  }

  private void group(Parameter p) {
    double factor = rates.lr(p, config.lr()) / config.lr();
    Group group = new Group(factor, decays(p), since.getOrDefault(p.name(), 0L));
    groups.computeIfAbsent(group, none -> new ArrayList<>()).add(p);
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
      groups.forEach((group, members) -> update(group, members, learningRate));
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

  private void update(Group group, List<Parameter> members, double learningRate) {
    List<Tensor> values = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    List<Tensor> first = new ArrayList<>();
    List<Tensor> second = new ArrayList<>();
    List<Tensor> stepCounts = new ArrayList<>();
    Tensor count =
        Tensors.of(new float[] {steps - group.since()}, 1)
            .squeeze()
            .to(members.get(0).value().device(), torch.ScalarType.Float);
    for (Parameter p : members) {
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
        learningRate * group.lrFactor(),
        config.beta1(),
        config.beta2(),
        group.decays() ? config.weightDecay() : 0.0,
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

  /** The moments of all parameters. */
  Collection<Tensor> moments() {
    return moments.values();
  }

  /** The moments by name, and since when parameters are learned that were not, for a checkpoint. */
  Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>(moments);
    since.forEach((name, step) -> state.put(SINCE + name, Tensors.of(new long[] {step}, 1)));
    return state;
  }

  /**
   * Goes on from a checkpoint.
   *
   * @param names of what the checkpoint keeps
   * @param source gives each by name, of the whole parameter
   */
  void restore(long stepsTaken, Set<String> names, Function<String, Tensor> source) {
    steps = stepsTaken;
    since.clear();
    for (String name : replication.trained()) {
      long from = learnedSince(name, names, source);
      if (from > 0) {
        since.put(name, from);
      }
    }
    groups.clear();
    for (Parameter p : parameters) {
      if (names.contains(FIRST + p.name())) {
        restore(p, FIRST + p.name(), source);
        restore(p, SECOND + p.name(), source);
      }
      group(p);
    }
  }

  private long learnedSince(String name, Set<String> names, Function<String, Tensor> source) {
    if (!names.contains(FIRST + name)) {
      return steps; // it was frozen
    }
    try (PointerScope scope = new PointerScope()) {
      boolean later = names.contains(SINCE + name);
      return later ? Tensors.toLongs(source.apply(SINCE + name))[0] : 0;
    }
  }

  private void restore(Parameter p, String name, Function<String, Tensor> source) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      moments.get(name).copy_(replication.part(p.name(), source.apply(name)));
    }
  }

  @Override
  public void close() {
    moments.values().forEach(Tensor::releaseReference);
    moments.clear();
  }
}
