package io.github.gss4j.optim;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Muon (Jordan et al. 2024) for the matrices of layers, AdamW for all else.
 *
 * <pre>
 * m ← μm + (1−μ)g        o = orthogonal(μm + (1−μ)g)        θ ← θ − lr·(0.2·√max(rows, columns)·o + decay·θ)
 * </pre>
 *
 * <p>μ is 0.95. The scale is Moonlight's (Liu et al. 2025, arXiv 2502.16982, section 2.2): an
 * update has the size of AdamW's, so that AdamW's rate and decay do for both. Embedding, logits,
 * norms, biases and what state spaces consist of move as {@link Adam#decoupled} moves them.
 *
 * <p>Where ranks keep parts, the momentum is with the parts; a unit's matrices are put together,
 * each is made {@link Orthogonal orthogonal} on one rank, and every rank gets its part back.
 */
final class Muon extends Adam {
  private static final String MOMENTUM = "momentum_buffer.";
  private static final double MU = 0.95;
  private static final double ADAMW_SIZE = 0.2;

  private final Map<String, Tensor> directions = new LinkedHashMap<>();

  Muon(ShardingStrategy sharding, OptimizerConfig config, ToDoubleFunction<Parameter> peaks) {
    super(
        sharding,
        config,
        peaks,
        p -> isHidden(p) ? List.of(MOMENTUM) : KINDS,
        "aten::_fused_adamw_");
  }

  /** Whether a parameter is a matrix that maps hidden vectors to hidden vectors. */
  private static boolean isHidden(Parameter p) {
    return p.role() == Role.MATRIX && p.name().startsWith("layers.");
  }

  @Override
  protected void prepare(ShardingStrategy sharding, List<Parameter> owned) {
    directions.clear();
    Map<String, Tensor> wanted = new LinkedHashMap<>();
    for (Parameter p : owned) {
      if (isHidden(p)) {
        Tensor gradient = Autograd.gradient(p.value());
        Tensor momentum = moment(MOMENTUM, p);
        momentum.lerp_(gradient, new Scalar(1 - MU));
        wanted.put(p.name(), gradient.lerp(momentum, new Scalar(MU)));
      }
    }
    for (int unit = 0; unit < sharding.root(); unit++) {
      List<Parameter> matrices =
          sharding.unit(unit).stream()
              .filter(p -> isHidden(p) && sharding.trainable().contains(p.name()))
              .toList();
      if (!matrices.isEmpty()) {
        directions.putAll(sharding.mapWhole(unit, matrices, wanted, Muon::direction));
      }
    }
  }

  private static Tensor direction(Tensor matrix) {
    double size = Math.sqrt((double) Math.max(matrix.size(0), matrix.size(1)));
    return Orthogonal.of(matrix).mul_(new Scalar(ADAMW_SIZE * size));
  }

  @Override
  protected void update(Update update) {
    if (!isHidden(update.parameters().get(0))) {
      super.update(update);
      return;
    }
    for (Parameter p : update.parameters()) {
      p.value().mul_(new Scalar(1 - update.learningRate() * update.weightDecay()));
      Tensor direction = directions.get(p.name()).view(Tensors.shape(p.value()));
      p.value().add_(direction, new Scalar(-update.learningRate()));
    }
  }
}
