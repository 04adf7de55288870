package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Every rank has everything; gradients are summed over ranks unit by unit, while the backward pass
 * goes on with the units before (Li et al. 2020, "PyTorch Distributed").
 */
final class Replicated extends Replication {
  private final List<Parameter> trained;
  private final Travel travel;
  private final Gradients gradients = new Gradients();

  Replicated(List<Parameter> parameters, Travel travel) {
    super(parameters, parameters.stream().filter(Units::isTrained).toList());
    this.trained = parameters.stream().filter(Units::isTrained).toList();
    this.travel = travel;
  }

  @Override
  public List<Parameter> owned() {
    return trained;
  }

  @Override
  public void added(int unit, boolean last) {
    List<Parameter> bucket = unit(unit).stream().filter(Units::isTrained).toList();
    if (last && !bucket.isEmpty()) {
      gradients.started(sum(new Flat(bucket, 0, 1)));
    }
  }

  private Pending sum(Flat bucket) {
    Tensor sums = Scopes.kept(() -> bucket.flatten(Gradients::of, travel.dtype(bucket.like())));
    bucket.parameters().forEach(Gradients::drop);
    Pending sum = travel.group().allReduce(sums);
    return () -> {
      sum.await();
      Scopes.run(
          () -> {
            Tensor whole = sums.to(Tensors.type(bucket.like()));
            bucket.parameters().forEach(p -> Gradients.put(p, bucket.view(whole, p)));
          });
      sums.releaseReference();
    };
  }

  @Override
  public void awaitGradients() {
    gradients.await();
  }

  @Override
  public Map<String, Tensor> whole(int unit, Map<String, Tensor> parts) {
    return parts;
  }

  @Override
  public Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> parts, UnaryOperator<Tensor> map) {
    Flat flat = new Flat(of, 0, 1);
    Tensor whole = new SharedWork(travel.group(), of).map(flat, p -> parts.get(p.name()), map);
    travel.group().allReduce(whole).await();
    Map<String, Tensor> mapped = new LinkedHashMap<>();
    of.forEach(p -> mapped.put(p.name(), flat.view(whole, p)));
    return mapped;
  }

  @Override
  public void close() {}
}
