package io.github.gss4j.optim;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Aten;
import io.github.gss4j.ops.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
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
class Adam extends Optimizer {
  private static final String FIRST = "exp_avg.";
  private static final String SECOND = "exp_avg_sq.";

  /** The moments that it keeps. */
  static final List<String> KINDS = List.of(FIRST, SECOND);

  private final OptimizerConfig config;
  private final String operation;

  Adam(
      ShardingStrategy sharding,
      OptimizerConfig config,
      ToDoubleFunction<Parameter> peaks,
      Function<Parameter, List<String>> kinds,
      String operation) {
    super(sharding, config, peaks, kinds);
    this.config = config;
    this.operation = operation;
  }

  static Adam coupled(
      ShardingStrategy sharding, OptimizerConfig config, ToDoubleFunction<Parameter> peaks) {
    return new Adam(sharding, config, peaks, p -> KINDS, "aten::_fused_adam_");
  }

  static Adam decoupled(
      ShardingStrategy sharding, OptimizerConfig config, ToDoubleFunction<Parameter> peaks) {
    return new Adam(sharding, config, peaks, p -> KINDS, "aten::_fused_adamw_");
  }

  @Override
  protected void update(Update update) {
    List<Tensor> values = update.values();
    Tensor step =
        Tensors.of(new float[] {update.step()}, 1)
            .squeeze()
            .to(values.get(0).device(), torch.ScalarType.Float);
    Aten.call(
        operation,
        values,
        update.gradients(),
        moments(FIRST, update),
        moments(SECOND, update),
        List.of(),
        Collections.nCopies(values.size(), step),
        update.learningRate(),
        config.beta1(),
        config.beta2(),
        update.weightDecay(),
        config.eps(),
        false,
        false,
        null,
        null);
  }
}
