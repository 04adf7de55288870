package io.github.gss4j.optim;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * An exponential moving average of the weights (Polyak and Juditsky 1992, in its usual form), in
 * the weights' own dtype: float32, also where products are taken in bfloat16.
 *
 * <pre>
 * e ← e + (1 − d)·(θ − e)      d = min(decay, (1 + t)/(10 + t)) after t updates
 * </pre>
 *
 * <p>The second term lets the average forget the random start quickly.
 */
public final class WeightAverage implements AutoCloseable {
  private final double decay;
  private final Map<Parameter, Tensor> averages = new LinkedHashMap<>();
  private boolean swapped;

  /** Starts from the present weights. */
  public WeightAverage(List<Parameter> parameters, double decay) {
    this.decay = decay;
    for (Parameter p : parameters) {
      averages.put(p, Scopes.kept(() -> p.value().detach().clone()));
    }
  }

  /**
   * Takes the weights in.
   *
   * @param updates how many updates there were, including this one
   */
  public void update(long updates) {
    double d = Math.min(decay, (1.0 + updates) / (10.0 + updates));
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      averages.forEach((p, average) -> average.lerp_(p.value(), new Scalar(1 - d)));
    }
  }

  /** Exchanges weights and averages, to the bit; again to have them back. */
  public void swap() {
    swapped = !swapped;
    try (NoGradGuard guard = new NoGradGuard()) {
      averages.forEach(
          (p, average) ->
              Scopes.run(
                  () -> {
                    Tensor weight = p.value().detach().clone();
                    p.value().copy_(average);
                    average.copy_(weight);
                  }));
    }
  }

  /** The weights that are trained, by name, while the averages are in their place. */
  public Map<String, Tensor> trained() {
    if (!swapped) {
      throw new IllegalStateException("the averages are not in the weights' place");
    }
    Map<String, Tensor> weights = new LinkedHashMap<>();
    averages.forEach((p, weight) -> weights.put(p.name(), weight));
    return weights;
  }

  @Override
  public void close() {
    averages.values().forEach(Tensor::releaseReference);
    averages.clear();
  }
}
