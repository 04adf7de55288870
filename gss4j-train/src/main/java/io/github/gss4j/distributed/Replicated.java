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
 * continues with the units before (Li et al. 2020, "PyTorch Distributed").
 */
final class Replicated extends ShardingStrategy {
  private final List<Parameter> trainable;
  private final ReduceOptions options;
  private final Gradients gradients = new Gradients();

  Replicated(List<Parameter> parameters, ReduceOptions options) {
    super(parameters, parameters.stream().filter(Units::isTrainable).toList());
    this.trainable = parameters.stream().filter(Units::isTrainable).toList();
    this.options = options;
  }

  @Override
  public List<Parameter> owned() {
    return trainable;
  }

  @Override
  public void reduce(int unit, boolean last) {
    List<Parameter> bucket = unit(unit).stream().filter(Units::isTrainable).toList();
    if (last && !bucket.isEmpty()) {
      gradients.started(sum(new FlatLayout(bucket, 0, 1)));
    }
  }

  private Pending sum(FlatLayout bucket) {
    Tensor sums = Scopes.kept(() -> bucket.flatten(Gradients::of, options.dtype(bucket.like())));
    bucket.parameters().forEach(Gradients::drop);
    Pending sum = options.group().allReduce(sums);
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
  public Map<String, Tensor> assemble(int unit, Map<String, Tensor> parts) {
    return parts;
  }

  @Override
  public Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> parts, UnaryOperator<Tensor> map) {
    FlatLayout flat = new FlatLayout(of, 0, 1);
    Tensor whole = new SharedWork(options.group(), of).map(flat, p -> parts.get(p.name()), map);
    options.group().allReduce(whole).await();
    Map<String, Tensor> mapped = new LinkedHashMap<>();
    of.forEach(p -> mapped.put(p.name(), flat.view(whole, p)));
    return mapped;
  }

  @Override
  public void close() {}
}
