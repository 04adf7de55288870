package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Every rank keeps its part of each unit's parameters, gradient and moments: the parameters are
 * gathered just before use and freed after, while those of the next unit are on their way
 * (Rajbhandari et al. 2020, "ZeRO", stage 3; Zhao et al. 2023, "PyTorch FSDP").
 */
final class FullySharded extends ShardingStrategy {
  private final ProcessGroup group;
  private final Gradients gradients = new Gradients();
  private final List<Part> parts = new ArrayList<>();
  private boolean held;

  /** A unit: what is trained of it, and what is frozen. */
  private static final class Part {
    private final Optional<FlatParameter> trained;
    private final Optional<FlatParameter> frozen;
    private final List<Parameter> owned;
    private final PartialSum sum;

    Part(List<Parameter> parameters, ReduceOptions options) {
      trained = flat(parameters.stream().filter(Units::isTrainable).toList(), options.group());
      frozen =
          flat(parameters.stream().filter(p -> !Units.isTrainable(p)).toList(), options.group());
      owned = trained.map(t -> t.flat().owned(t.part())).orElse(List.of());
      sum = trained.map(t -> new PartialSum(t.flat(), owned, options)).orElse(null);
    }

    private static Optional<FlatParameter> flat(List<Parameter> parameters, ProcessGroup group) {
      return parameters.isEmpty()
          ? Optional.empty()
          : Optional.of(new FlatParameter(parameters, group));
    }

    void request() {
      trained.ifPresent(FlatParameter::request);
      frozen.ifPresent(FlatParameter::request);
    }

    void await() {
      trained.ifPresent(FlatParameter::await);
      frozen.ifPresent(FlatParameter::await);
    }

    void free() {
      trained.ifPresent(FlatParameter::free);
      frozen.ifPresent(FlatParameter::free);
    }

    void release() {
      owned.forEach(p -> p.value().releaseReference());
      trained.ifPresent(FlatParameter::release);
      frozen.ifPresent(FlatParameter::release);
    }
  }

  FullySharded(List<Parameter> parameters, ReduceOptions options) {
    super(parameters, parameters.stream().filter(Units::isTrainable).toList());
    this.group = options.group();
    for (int unit = 0; unit <= root(); unit++) {
      parts.add(new Part(unit(unit), options));
    }
  }

  @Override
  public List<Parameter> owned() {
    return parts.stream().flatMap(part -> part.owned.stream()).toList();
  }

  @Override
  public void gather(int unit, int next) {
    parts.get(unit).request();
    if (next != NONE) {
      parts.get(next).request();
    }
    parts.get(unit).await();
  }

  @Override
  public void free(int unit) {
    if (!held) {
      parts.get(unit).free();
    }
  }

  @Override
  public void reduce(int unit, boolean last) {
    PartialSum sum = parts.get(unit).sum;
    if (sum != null) {
      gradients.started(sum.send());
    }
  }

  @Override
  public void awaitGradients() {
    gradients.await();
    parts.stream().filter(part -> part.sum != null).forEach(part -> part.sum.deliver());
  }

  @Override
  public double[] sumOverParts(double... sums) {
    return group.sum(sums);
  }

  @Override
  public void gatherAll() {
    held = true;
    parts.forEach(Part::await);
  }

  @Override
  public void freeAll() {
    held = false;
    parts.forEach(Part::free);
  }

  @Override
  public boolean savesByUnits() {
    return true;
  }

  @Override
  public Map<String, Tensor> assemble(int unit, Map<String, Tensor> pieces) {
    return parts.get(unit).trained.map(t -> t.flat().gather(group, pieces)).orElse(Map.of());
  }

  @Override
  public Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> pieces, UnaryOperator<Tensor> map) {
    FlatLayout flat = parts.get(unit).trained.orElseThrow().flat();
    return new SharedWork(group, of).mapParts(flat, pieces, map);
  }

  @Override
  public Tensor shardOf(String name, Tensor whole) {
    return parts.stream()
        .flatMap(part -> part.trained.stream())
        .map(FlatParameter::flat)
        .filter(flat -> flat.has(name))
        .findFirst()
        .orElseThrow()
        .piece(name, whole);
  }

  @Override
  public void close() {
    parts.forEach(Part::release);
    parts.clear();
  }
}
