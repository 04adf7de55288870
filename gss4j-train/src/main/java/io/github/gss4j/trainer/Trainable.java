package io.github.gss4j.trainer;

import io.github.gss4j.config.training.Recipe;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * What a {@link Trainer} trains: the parameters of a model, and their gradients on a step's
 * batches.
 *
 * @param <B> what gives the batches
 */
public interface Trainable<B> extends AutoCloseable {
  /** All parameters of the model. */
  List<Parameter> parameters();

  /** Those that are trained; all others stay as they are. */
  List<Parameter> trained();

  /** How they are trained. */
  Recipe recipe();

  /** The peak learning rate of one of them. */
  double peakLr(Parameter parameter);

  /**
   * Adds the gradients of a step's loss to the parameters'.
   *
   * @param step its number, from 1
   * @param sharding where the parameters are
   * @param ranks among which the loss is averaged
   * @return the loss of each micro-batch on this rank
   */
  List<MicroLoss> addGradients(long step, B batches, ShardingStrategy sharding, int ranks);

  /** A step was not finite, and its update is left out. */
  default void skipped() {}

  /** What a checkpoint keeps of this rank beside model and optimizer, by name, rows first. */
  default Map<String, Tensor> state() {
    return Map.of();
  }

  /**
   * Resumes from a checkpoint.
   *
   * @param names of what it keeps beside the model
   * @param source gives each by name, with the rows of all ranks
   */
  default void restore(Set<String> names, Function<String, Tensor> source) {}

  /** Writes the model, configuration and weights, into a directory. */
  void save(Path directory) throws IOException;

  /** Writes the model's configuration alone. */
  void saveConfig(Path directory) throws IOException;

  /** Frees what it holds beside the model. */
  @Override
  default void close() {}
}
