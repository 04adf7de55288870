package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How a run is spread over processes.
 *
 * @param group the processes; open for as long as the run is
 * @param mode what each keeps a part of only
 * @param bfloat16 whether gradients travel in bfloat16: half the bytes, and sums rounded to 8 bits.
 *     Parameters always travel whole.
 */
public record Distribution(ProcessGroup group, ShardingMode mode, boolean bfloat16) {
  /** One process. */
  public static Distribution single() {
    return new Distribution(new SingleProcess(), ShardingMode.NONE, false);
  }

  /**
   * Lays parameters out over the ranks.
   *
   * @param parameters of a model, the same on all ranks; those without {@code requires_grad} are
   *     not trained
   */
  public ShardingStrategy shard(List<Parameter> parameters) {
    if (group.worldSize() == 1) {
      return new SingleRank(parameters, parameters.stream().filter(Units::isTrainable).toList());
    }
    ReduceOptions options = new ReduceOptions(group, bfloat16 ? ScalarType.BFloat16 : null);
    return switch (mode) {
      case NONE -> new Replicated(parameters, options);
      case OPTIMIZER -> new ShardedOptimizer(parameters, options);
      case FULL -> new FullySharded(parameters, options);
    };
  }
}
