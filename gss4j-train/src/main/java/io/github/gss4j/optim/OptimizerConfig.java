package io.github.gss4j.optim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * An optimizer's settings.
 *
 * @param kind {@code optimizer}
 * @param lr {@code lr}, the peak learning rate
 * @param beta1 {@code beta1}
 * @param beta2 {@code beta2}
 * @param eps {@code eps}
 * @param weightDecay {@code weight_decay}
 * @param decayAll {@code weight_decay_on: all}; otherwise {@code matrices}: no decay on state-space
 *     parameters, biases and norms
 * @param gradClip {@code grad_clip}, the most that the global norm of the gradient may be; 0 is off
 */
public record OptimizerConfig(
    Kind kind,
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decayAll,
    double gradClip) {
  /**
   * AdamW at a rate that small models bear. Moments that look back 50 steps (β₂ 0.98), for runs are
   * short; decay of matrices alone, for a state space that decays forgets how long to remember.
   */
  public static final OptimizerConfig DEFAULT =
      new OptimizerConfig(Kind.ADAMW, 4e-3, 0.9, 0.98, 1e-8, 0.05, false, 1.0);

  /** The optimizers that there are. */
  public enum Kind {
    /** Adam: the weight decay is a part of the gradient. */
    ADAM,
    /** AdamW: the weight decay is apart from the gradient. */
    ADAMW,
    /** Muon for the matrices of layers, AdamW for all else. */
    MUON;

    /** Its name in config files. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the ranges. */
  public OptimizerConfig {
    Checks.that(lr > 0 && lr < 1e3, "lr", lr, "above 0 and below 1000");
    Checks.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1");
    Checks.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1");
    Checks.that(eps > 0, "eps", eps, "above 0");
    Checks.that(weightDecay >= 0, "weight_decay", weightDecay, "0 or more");
    Checks.that(gradClip >= 0, "grad_clip", gradClip, "0 (off) or more");
  }

  /** This, of another kind. */
  public OptimizerConfig withKind(Kind newKind) {
    return new OptimizerConfig(newKind, lr, beta1, beta2, eps, weightDecay, decayAll, gradClip);
  }

  /** A copy with another peak learning rate. */
  public OptimizerConfig withLr(double peak) {
    return new OptimizerConfig(kind, peak, beta1, beta2, eps, weightDecay, decayAll, gradClip);
  }

  /** A copy with other decays of the moments. */
  public OptimizerConfig withBetas(double first, double second) {
    return new OptimizerConfig(kind, lr, first, second, eps, weightDecay, decayAll, gradClip);
  }

  /** A copy with another weight decay, of matrices alone or of all parameters. */
  public OptimizerConfig withWeightDecay(double decay, boolean all) {
    return new OptimizerConfig(kind, lr, beta1, beta2, eps, decay, all, gradClip);
  }

  /** A copy with another bound of the gradient's norm; 0 is off. */
  public OptimizerConfig withGradClip(double norm) {
    return new OptimizerConfig(kind, lr, beta1, beta2, eps, weightDecay, decayAll, norm);
  }

  /**
   * An optimizer at rest.
   *
   * @param sharding says which parameters this rank moves
   * @param peaks the peak learning rate of each, {@link #lr} or another
   */
  public Optimizer optimizer(ShardingStrategy sharding, ToDoubleFunction<Parameter> peaks) {
    return switch (kind) {
      case ADAM -> Adam.coupled(sharding, this, peaks);
      case ADAMW -> Adam.decoupled(sharding, this, peaks);
      case MUON -> new Muon(sharding, this, peaks);
    };
  }

  /** Reads {@code optimizer, lr, …}; a missing field is as by default. */
  public static OptimizerConfig from(JsonFields f, OptimizerConfig byDefault) {
    return new OptimizerConfig(
        Checks.oneOf("optimizer", f.text("optimizer", byDefault.kind.toString()), kinds()),
        f.number("lr", byDefault.lr),
        f.number("beta1", byDefault.beta1),
        f.number("beta2", byDefault.beta2),
        f.number("eps", byDefault.eps),
        f.number("weight_decay", byDefault.weightDecay),
        Checks.oneOf(
            "weight_decay_on",
            f.text("weight_decay_on", byDefault.decays()),
            Map.of("matrices", false, "all", true)),
        f.number("grad_clip", byDefault.gradClip));
  }

  private static Map<String, Kind> kinds() {
    return Arrays.stream(Kind.values())
        .collect(Collectors.toMap(Kind::toString, Function.identity(), (a, b) -> a, TreeMap::new));
  }

  private String decays() {
    return decayAll ? "all" : "matrices";
  }

  /** Writes the fields as {@link #from} reads them. */
  public void putInto(ObjectNode json) {
    json.put("optimizer", kind.toString()).put("lr", lr);
    json.put("beta1", beta1).put("beta2", beta2).put("eps", eps);
    json.put("weight_decay", weightDecay).put("weight_decay_on", decays());
    json.put("grad_clip", gradClip);
  }
}
