package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Every rank has all parameters, and moves its part of them alone: it has the moments and the
 * summed gradient of that part (Rajbhandari et al. 2020, "ZeRO", stages 1 and 2).
 */
final class ShardedOptimizer extends ShardingStrategy {
  private final ReduceOptions options;
  private final Gradients gradients = new Gradients();
  private final Map<Integer, Slab> slabs = new LinkedHashMap<>();

  /** The trained parameters of a unit: in one tensor, of which a part is this rank's. */
  private record Slab(
      FlatLayout flat, Tensor whole, Tensor part, List<Parameter> owned, PartialSum sum) {
    static Slab of(List<Parameter> parameters, ReduceOptions options) {
      ProcessGroup group = options.group();
      FlatLayout flat = new FlatLayout(parameters, group.rank(), group.worldSize());
      Tensor whole = Scopes.kept(() -> flat.flatten(Parameter::value, Tensors.type(flat.like())));
      parameters.forEach(p -> Scopes.run(() -> p.value().set_data(flat.view(whole, p))));
      Tensor part = Scopes.kept(() -> flat.part(whole));
      List<Parameter> owned = flat.owned(part);
      return new Slab(flat, whole, part, owned, new PartialSum(flat, owned, options));
    }

    void release() {
      owned.forEach(p -> p.value().releaseReference());
      part.releaseReference();
      whole.releaseReference();
    }
  }

  ShardedOptimizer(List<Parameter> parameters, ReduceOptions options) {
    super(parameters, parameters.stream().filter(Units::isTrainable).toList());
    this.options = options;
    for (int unit = 0; unit <= root(); unit++) {
      List<Parameter> of = unit(unit).stream().filter(Units::isTrainable).toList();
      if (!of.isEmpty()) {
        slabs.put(unit, Slab.of(of, options));
      }
    }
  }

  @Override
  public List<Parameter> owned() {
    List<Parameter> owned = new ArrayList<>();
    slabs.values().forEach(slab -> owned.addAll(slab.owned()));
    return owned;
  }

  @Override
  public void reduce(int unit, boolean last) {
    if (last && slabs.containsKey(unit)) {
      gradients.started(slabs.get(unit).sum().send());
    }
  }

  @Override
  public void awaitGradients() {
    gradients.await();
    slabs.values().forEach(slab -> slab.sum().deliver());
  }

  @Override
  public double[] sumOverParts(double... sums) {
    return options.group().sum(sums);
  }

  @Override
  public void shareUpdates() {
    Gradients sending = new Gradients();
    for (Slab slab : slabs.values()) {
      Tensor mine = Scopes.kept(() -> slab.part().clone());
      Pending gather = options.group().allGather(slab.whole(), mine);
      sending.started(
          () -> {
            gather.await();
            mine.releaseReference();
          });
    }
    sending.await();
  }

  @Override
  public boolean savesByUnits() {
    return true;
  }

  @Override
  public Map<String, Tensor> assemble(int unit, Map<String, Tensor> parts) {
    Slab slab = slabs.get(unit);
    return slab == null ? Map.of() : slab.flat().gather(options.group(), parts);
  }

  @Override
  public Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> parts, UnaryOperator<Tensor> map) {
    return new SharedWork(options.group(), of).mapParts(slabs.get(unit).flat(), parts, map);
  }

  @Override
  public Tensor shardOf(String name, Tensor whole) {
    return slabs.values().stream()
        .filter(slab -> slab.flat().has(name))
        .findFirst()
        .orElseThrow()
        .flat()
        .piece(name, whole);
  }

  @Override
  public void close() {
    slabs.values().forEach(Slab::release);
    slabs.clear();
  }
}
