package io.github.gss4j.trainer;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.optim.Optimizer;
import io.github.gss4j.optim.WeightAverage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What training keeps beside the model from one step to the next: the optimizer's moments, the
 * average of the weights, and what the task remembers.
 */
public final class TrainingState implements AutoCloseable {
  /** Before the names of weights that are trained, in a checkpoint whose model is their average. */
  private static final String TRAINED = "weight.";

  private final ShardingStrategy sharding;
  private final Optimizer optimizer;
  private final WeightAverage average;
  private final Trainable<?> task;
  private int openAverages;

  /** Before the first step. */
  TrainingState(Trainable<?> task, ShardingStrategy sharding) {
    this.sharding = sharding;
    this.task = task;
    this.optimizer = task.recipe().optimizer().optimizer(sharding, task::peakLr);
    double decay = task.recipe().longRun().ema();
    this.average = decay == 0 ? null : new WeightAverage(sharding.owned(), decay);
  }

  /** Clips the gradients, and says what their norm was before. */
  double clip() {
    return optimizer.clip();
  }

  /** The optimizer's memory. */
  Collection<Tensor> moments() {
    return optimizer.moments();
  }

  void forgetGradients() {
    optimizer.forgetGradients();
  }

  /**
   * Updates the weights.
   *
   * @param updates how many updates there were, including this one
   */
  void step(double learningRate, long updates) {
    optimizer.step(learningRate);
    sharding.shareUpdates();
    if (average != null) {
      average.update(updates);
    }
  }

  /**
   * Puts the averaged weights in the model's place where there are such.
   *
   * @param whole whether a model that is kept in parts is made whole, too
   */
  Averaged averaged(boolean whole) {
    return new Averaged(whole);
  }

  /** While it is open, the model has the averaged weights. */
  public final class Averaged implements AutoCloseable {
    private final boolean whole;

    private Averaged(boolean whole) {
      this.whole = whole;
      if (openAverages++ == 0) {
        swap();
        if (whole) {
          sharding.gatherAll();
        }
      }
    }

    /**
     * What goes before a parameter's name in {@link #state}, of tensors that ranks keep parts of.
     */
    public List<String> kindsInParts(Parameter p) {
      List<String> kinds = new ArrayList<>(optimizer.kinds(p));
      if (average != null) {
        kinds.add(TRAINED);
      }
      return kinds;
    }

    /**
     * What a checkpoint keeps beside the model, by name: the optimizer's moments, the weights that
     * are trained where the model's are averages.
     */
    public Map<String, Tensor> state() {
      Map<String, Tensor> state = new LinkedHashMap<>(optimizer.state());
      if (average != null) {
        average.trained().forEach((name, weight) -> state.put(TRAINED + name, weight));
      }
      return state;
    }

    @Override
    public void close() {
      if (--openAverages > 0) {
        return;
      }
      if (whole) {
        sharding.freeAll();
      }
      swap();
    }

    private void swap() {
      if (average != null) {
        average.swap();
        sharding.shareUpdates();
      }
    }
  }

  /**
   * Resumes from a checkpoint.
   *
   * @param updates how many updates there were
   * @param names of what the checkpoint keeps beside the model
   * @param source gives each by name, whole
   */
  void restore(long updates, Set<String> names, Function<String, Tensor> source) {
    optimizer.restore(updates, names, source);
    task.restore(names, source);
    for (Parameter p : sharding.owned()) {
      if (names.contains(TRAINED + p.name())) {
        Scopes.run(
            () -> {
              try (NoGradGuard guard = new NoGradGuard()) {
                p.value().copy_(sharding.shardOf(p.name(), source.apply(TRAINED + p.name())));
              }
            });
      }
    }
    sharding.shareUpdates();
  }

  @Override
  public void close() {
    optimizer.close();
    if (average != null) {
      average.close();
    }
  }
}
