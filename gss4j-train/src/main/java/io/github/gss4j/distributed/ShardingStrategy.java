package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * How a model's parameters, gradients and optimizer moments are distributed over the ranks. A
 * single rank has everything, and then none of these methods does anything.
 *
 * <p>A model is a few units: its layers, by number, and after them what is not in a layer
 * (embedding, last norm, logits). A unit's parameters may be read between {@link #gather} and
 * {@link #free}.
 */
public abstract sealed class ShardingStrategy implements AutoCloseable
    permits SingleRank, Replicated, ShardedOptimizer, FullySharded {
  /** No unit. */
  public static final int NONE = -1;

  private final Units units;
  private final List<String> trainable;

  /**
   * A model's parameters by unit.
   *
   * @param trainable some of them, whole
   */
  ShardingStrategy(List<Parameter> parameters, List<Parameter> trainable) {
    this.units = Units.of(parameters);
    this.trainable = trainable.stream().map(Parameter::name).toList();
  }

  /** Parameters of a single process, all of them trainable. */
  public static ShardingStrategy alone(List<Parameter> parameters) {
    return new SingleRank(parameters, parameters);
  }

  /** The number of the unit that is no layer: as many as there are layers. */
  public final int root() {
    return units.root();
  }

  /** The parameters of a unit. */
  public final List<Parameter> unit(int unit) {
    return units.units().get(unit);
  }

  /** The names of all trained parameters, on every rank the same. */
  public final List<String> trainable() {
    return trainable;
  }

  /**
   * What this rank's optimizer updates: trained parameters, whole or the part that this rank keeps,
   * flattened. Their {@code grad} is the sum over ranks once {@link #awaitGradients} returns.
   */
  public abstract List<Parameter> owned();

  /**
   * Gathers a unit's parameters.
   *
   * @param next the unit that comes after it, whose parameters may be sent for; or {@link #NONE}
   */
  public void gather(int unit, int next) {}

  /** Frees a unit's gathered parameters. */
  public void free(int unit) {}

  /**
   * A backward pass has added to the gradients of a unit's parameters.
   *
   * @param last whether nothing more comes to them in this step
   */
  public void reduce(int unit, boolean last) {}

  /** Waits until {@link #owned()} has its gradients. */
  public void awaitGradients() {}

  /** Sums what was summed over this rank's {@link #owned()} parts over all parts. */
  public double[] sumOverParts(double... sums) {
    return sums;
  }

  /** Sends the new values of the owned parts to the other ranks. */
  public void shareUpdates() {}

  /** Gathers all parameters until {@link #freeAll}, as for an evaluation. */
  public void gatherAll() {}

  /** Ends {@link #gatherAll}. */
  public void freeAll() {}

  /** Whether checkpoints are written unit by unit, each by one rank. */
  public boolean savesByUnits() {
    return false;
  }

  /**
   * Assembles whole tensors from the parts that ranks keep of a unit.
   *
   * @param parts a tensor of the shape of each owned part, by parameter; one left out is zero
   * @return whole tensors, by parameter, in the caller's scope
   */
  public abstract Map<String, Tensor> assemble(int unit, Map<String, Tensor> parts);

  /**
   * Maps tensors that ranks keep parts of, each whole on one rank: the ranks share the work. On all
   * ranks at once.
   *
   * @param of trained parameters of the unit
   * @param parts a tensor of the shape of each owned part, by parameter; others may be among them
   * @param map gives a tensor of the same shape
   * @return the results for the parts that this rank keeps, by parameter, in the caller's scope
   */
  public abstract Map<String, Tensor> mapWhole(
      int unit, List<Parameter> of, Map<String, Tensor> parts, UnaryOperator<Tensor> map);

  /** What this rank keeps of a tensor of a trained parameter's shape. */
  public Tensor shardOf(String name, Tensor whole) {
    return whole;
  }

  /** Frees its memory; the parameters stay, as far as they are whole. */
  @Override
  public abstract void close();
}
