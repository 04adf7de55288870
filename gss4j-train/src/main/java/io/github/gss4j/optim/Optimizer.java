package io.github.gss4j.optim;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves parameters along their gradients. {@link OptimizerConfig#optimizer} makes one.
 *
 * <p>A kind of optimizer says which moments it keeps of each parameter, and how a group moves;
 * clipping, groups, checkpoints and ranks are settled here. Moments have their parameter's shape,
 * so that ranks keep parts of them as they keep parts of the parameter. Not thread-safe.
 */
public abstract class Optimizer implements AutoCloseable {
  /**
   * Goes before a parameter's name in {@link #state}: the step since which it is trained, where
   * that is not the first (int64, of shape (1)).
   */
  public static final String TRAINED_SINCE = "learned_since.";

  private static final Logger LOG = LoggerFactory.getLogger(Optimizer.class);

  private final OptimizerConfig config;
  private final ShardingStrategy sharding;
  private final ToDoubleFunction<Parameter> peaks;
  private final Function<Parameter, List<String>> kinds;
  private final List<Parameter> parameters;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private final Map<String, Long> since = new LinkedHashMap<>();
  private final Map<Group, List<Parameter>> groups = new LinkedHashMap<>();
  private long steps;

  /** What parameters that move together have in common. */
  private record Group(double lrFactor, boolean decays, long since, List<String> kinds) {}

  /**
   * How some parameters move in one step.
   *
   * @param learningRate of these parameters in this step
   * @param weightDecay of these parameters; 0 where they do not decay
   * @param step how many steps they have taken, this one among them
   */
  protected record Update(
      List<Parameter> parameters, double learningRate, double weightDecay, long step) {
    /** The parameters' values, to be moved in place. */
    List<Tensor> values() {
      return parameters.stream().map(Parameter::value).toList();
    }

    /** Their gradients, clipped. */
    List<Tensor> gradients() {
      return parameters.stream().map(p -> Autograd.gradient(p.value())).toList();
    }
  }

  /**
   * An optimizer at rest, all moments zero.
   *
   * @param sharding says which parameters this rank moves
   * @param peaks the peak learning rate of each
   * @param kinds what goes before a parameter's name in {@link #state}, a moment each; parameters
   *     of other kinds are of another group
   */
  protected Optimizer(
      ShardingStrategy sharding,
      OptimizerConfig config,
      ToDoubleFunction<Parameter> peaks,
      Function<Parameter, List<String>> kinds) {
    this.sharding = sharding;
    this.parameters = List.copyOf(sharding.owned());
    this.config = config;
    this.peaks = peaks;
    this.kinds = kinds;
    for (Parameter p : parameters) {
      for (String kind : kinds.apply(p)) {
        moments.put(
            kind + p.name(),
            Scopes.kept(() -> Tensors.zerosLike(p.value(), Tensors.shape(p.value()))));
      }
      group(p);
    }
  }

  private void group(Parameter p) {
    double factor = peaks.applyAsDouble(p) / config.lr();
    Group group = new Group(factor, decays(p), since.getOrDefault(p.name(), 0L), kinds.apply(p));
    groups.computeIfAbsent(group, none -> new ArrayList<>()).add(p);
  }

  private boolean decays(Parameter p) {
    return config.decayAll() || p.role() == Role.MATRIX || p.role() == Role.EMBEDDING;
  }

  /**
   * Comes before the groups of a step, on all ranks at once: the place for what ranks do together,
   * as not all have parameters in every group. Within the scope of the step.
   */
  protected void prepare(ShardingStrategy sharding, List<Parameter> owned) {}

  /** Moves some parameters and their moments in place, within a scope and without a graph. */
  protected abstract void update(Update update);

  /** The moments of one kind, of the parameters that move. */
  protected final List<Tensor> moments(String kind, Update update) {
    return update.parameters().stream().map(p -> moment(kind, p)).toList();
  }

  /** The moment of one kind, of one parameter. */
  protected final Tensor moment(String kind, Parameter p) {
    return moments.get(kind + p.name());
  }

  /**
   * Scales all gradients so that their global norm is at most the configured one.
   *
   * @return the norm before
   */
  public final double clip() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      List<Tensor> gradients = parameters.stream().map(p -> Autograd.gradient(p.value())).toList();
      double own = norm(gradients);
      double norm = Math.sqrt(sharding.sumOverParts(own * own)[0]);
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

  /**
   * Moves the parameters along their gradients and forgets these.
   *
   * @param learningRate of a parameter whose peak is {@link OptimizerConfig#lr}
   */
  public final void step(double learningRate) {
    steps++;
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      prepare(sharding, parameters);
      groups.forEach(
          (group, members) ->
              update(
                  new Update(
                      members,
                      learningRate * group.lrFactor(),
                      group.decays() ? config.weightDecay() : 0.0,
                      steps - group.since())));
    }
    forgetGradients();
  }

  /** Drops all gradients. */
  public final void forgetGradients() {
    try (PointerScope scope = new PointerScope()) {
      parameters.forEach(p -> p.value().mutable_grad().reset());
    }
  }

  /** How many steps were taken. */
  final long steps() {
    return steps;
  }

  /** The moments of all parameters. */
  public final Collection<Tensor> moments() {
    return moments.values();
  }

  /** What goes before a parameter's name in {@link #state}, of tensors that ranks keep parts of. */
  public final List<String> kinds(Parameter p) {
    return kinds.apply(p);
  }

  /** What a checkpoint keeps, by name: moments, and {@link #TRAINED_SINCE} where it is needed. */
  public final Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>(moments);
    since.forEach(
        (name, step) -> state.put(TRAINED_SINCE + name, Tensors.of(new long[] {step}, 1)));
    return state;
  }

  /**
   * Resumes from a checkpoint. A parameter whose moments it does not have was frozen: it starts
   * with moments of zero and counts its own steps, as if it were new.
   *
   * @param names of what the checkpoint keeps
   * @param source gives each by name, of the whole parameter
   */
  public final void restore(long stepsTaken, Set<String> names, Function<String, Tensor> source) {
    steps = stepsTaken;
    since.clear();
    Set<String> trained = Set.copyOf(sharding.trainable());
    long anew = 0;
    for (int unit = 0; unit <= sharding.root(); unit++) {
      for (Parameter p : sharding.unit(unit)) {
        if (trained.contains(p.name())) {
          anew += isKept(p, names) ? 0 : 1;
          long from = trainedSince(p, names, source);
          if (from > 0) {
            since.put(p.name(), from);
          }
        }
      }
    }
    if (steps > 0 && anew > 0) {
      LOG.warn(
          "the checkpoint keeps no moments of {} of {} parameters, which were frozen or moved by"
              + " another optimizer: theirs begin at zero",
          anew,
          trained.size());
    }
    groups.clear();
    for (Parameter p : parameters) {
      if (isKept(p, names)) {
        kinds.apply(p).forEach(kind -> restore(p, kind + p.name(), source));
      }
      group(p);
    }
  }

  private boolean isKept(Parameter p, Set<String> names) {
    return kinds.apply(p).stream().allMatch(kind -> names.contains(kind + p.name()));
  }

  private long trainedSince(Parameter p, Set<String> names, Function<String, Tensor> source) {
    if (!isKept(p, names)) {
      return steps; // it was frozen, or moved by another optimizer
    }
    String name = p.name();
    try (PointerScope scope = new PointerScope()) {
      boolean later = names.contains(TRAINED_SINCE + name);
      return later ? Tensors.toLongs(source.apply(TRAINED_SINCE + name))[0] : 0;
    }
  }

  private void restore(Parameter p, String name, Function<String, Tensor> source) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      moments.get(name).copy_(sharding.shardOf(p.name(), source.apply(name)));
    }
  }

  /** Frees the moments; the parameters stay. */
  @Override
  public final void close() {
    moments.values().forEach(Tensor::releaseReference);
    moments.clear();
  }
}
