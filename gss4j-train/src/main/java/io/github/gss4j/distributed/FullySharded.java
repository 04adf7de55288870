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
final class FullySharded extends Replication {
  private final ProcessGroup group;
  private final Gradients gradients = new Gradients();
  private final List<Part> parts = new ArrayList<>();
  private boolean held;

  /** A unit: what is trained of it, and what is frozen. */
  private static final class Part {
    private final Optional<GatheredFlat> trained;
    private final Optional<GatheredFlat> frozen;
    private final List<Parameter> owned;
    private final PartialSum sum;

    Part(List<Parameter> parameters, Travel travel) {
      trained = flat(parameters.stream().filter(Units::isTrained).toList(), travel.group());
      frozen = flat(parameters.stream().filter(p -> !Units.isTrained(p)).toList(), travel.group());
      owned = trained.map(t -> t.flat().owned(t.part())).orElse(List.of());
      sum = trained.map(t -> new PartialSum(t.flat(), owned, travel)).orElse(null);
    }

    private static Optional<GatheredFlat> flat(List<Parameter> parameters, ProcessGroup group) {
      return parameters.isEmpty()
          ? Optional.empty()
          : Optional.of(new GatheredFlat(parameters, group));
    }

    void request() {
      trained.ifPresent(GatheredFlat::request);
      frozen.ifPresent(GatheredFlat::request);
    }

    void await() {
      trained.ifPresent(GatheredFlat::await);
      frozen.ifPresent(GatheredFlat::await);
    }

    void free() {
      trained.ifPresent(GatheredFlat::free);
      frozen.ifPresent(GatheredFlat::free);
    }

    void release() {
      owned.forEach(p -> p.value().releaseReference());
      trained.ifPresent(GatheredFlat::release);
      frozen.ifPresent(GatheredFlat::release);
    }
  }

  FullySharded(List<Parameter> parameters, Travel travel) {
    super(parameters, parameters.stream().filter(Units::isTrained).toList());
    this.group = travel.group();
    for (int unit = 0; unit <= root(); unit++) {
      parts.add(new Part(unit(unit), travel));
    }
  }

  @Override
  public List<Parameter> owned() {
    return parts.stream().flatMap(part -> part.owned.stream()).toList();
  }

  @Override
  public void enter(int unit, int next) {
    parts.get(unit).request();
    if (next != NONE) {
      parts.get(next).request();
    }
    parts.get(unit).await();
  }

  @Override
  public void leave(int unit) {
    if (!held) {
      parts.get(unit).free();
    }
  }

  @Override
  public void added(int unit, boolean last) {
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
  public double[] overParts(double... sums) {
    return group.sum(sums);
  }

  @Override
  public void hold() {
    held = true;
    parts.forEach(Part::await);
  }

  @Override
  public void letGo() {
    held = false;
    parts.forEach(Part::free);
  }

  @Override
  public boolean savesByUnits() {
    return true;
  }

  @Override
  public Map<String, Tensor> whole(int unit, Map<String, Tensor> pieces) {
    return parts.get(unit).trained.map(t -> t.flat().gather(group, pieces)).orElse(Map.of());
  }

  @Override
  public Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> pieces, UnaryOperator<Tensor> map) {
    Flat flat = parts.get(unit).trained.orElseThrow().flat();
    return new SharedWork(group, of).mapParts(flat, pieces, map);
  }

  @Override
  public Tensor part(String name, Tensor whole) {
    return parts.stream()
        .flatMap(part -> part.trained.stream())
        .map(GatheredFlat::flat)
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
