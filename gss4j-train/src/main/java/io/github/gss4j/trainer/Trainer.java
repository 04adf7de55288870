package io.github.gss4j.trainer;

import io.github.gss4j.config.training.Recipe;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Autograd;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes optimizer steps: gradients of some micro-batches, clipping, update.
 *
 * <p>The only thing that changes a model's weights. Not thread-safe.
 *
 * @param <B> what gives the batches
 */
public final class Trainer<B> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  private final Trainable<B> task;
  private final Recipe recipe;
  private final ProcessGroup group;
  private final ShardingStrategy sharding;
  private final TrainingState trainingState;
  private TrainingProgress progress = TrainingProgress.NONE;
  private boolean counted;

  /**
   * One rank's trainer at rest, which trains a model in place. From here on the model is to be read
   * only as the distribution allows: between steps a fully sharded one is not whole but within
   * {@link #averaged}.
   *
   * @param task the same on all ranks; closed with this
   * @param distribution how the ranks share the work
   */
  public Trainer(Trainable<B> task, Distribution distribution) {
    this.task = task;
    this.recipe = task.recipe();
    this.group = distribution.group();
    task.trained().forEach(p -> Autograd.require(p.value()));
    this.sharding = distribution.shard(task.parameters());
    this.trainingState = new TrainingState(task, sharding);
  }

  /** How many steps were taken, those skipped among them. */
  public long steps() {
    return progress.steps();
  }

  /** How far training has come. */
  public TrainingProgress progress() {
    return progress;
  }

  /**
   * Takes the next optimizer step; one whose loss or gradient is not finite leaves the weights as
   * they were.
   *
   * @throws NonFiniteLossException if as many in a row were not finite as {@code max_bad_steps}
   */
  public StepMetrics step(B batches) {
    return step(batches, StepObserver.NONE);
  }

  /** As above, looked at from within. */
  public StepMetrics step(B batches, StepObserver observer) {
    long step = progress.steps() + 1;
    double lr = recipe.schedule().at(step, recipe.optimizer().lr());
    List<MicroLoss> losses = task.addGradients(step, batches, sharding, group.worldSize());
    sharding.awaitGradients();
    if (!counted) {
      LOG.info("rank {} of {} keeps {}", group.rank(), group.worldSize(), held());
      counted = true;
    }
    observer.beforeUpdate(sharding);
    double norm = trainingState.clip();
    StepMetrics result = new StepMetrics(overRanks(losses), lr, norm);
    if (result.skipped()) {
      trainingState.forgetGradients();
      skip(step, result);
    } else {
      double most = recipe.optimizer().gradClip();
      progress = progress.moved(most > 0 && norm > most);
      trainingState.step(lr, progress.updates());
      observer.afterUpdate(sharding);
    }
    return result;
  }

  /** The mean over ranks of each micro-batch's losses. */
  private List<MicroLoss> overRanks(List<MicroLoss> losses) {
    double[] sums =
        group.sum(
            losses.stream()
                .flatMapToDouble(loss -> DoubleStream.of(loss.value(), loss.crossEntropy()))
                .toArray());
    List<MicroLoss> means = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      double value = sums[2 * i] / group.worldSize();
      double crossEntropy = sums[2 * i + 1] / group.worldSize();
      means.add(new MicroLoss(losses.get(i).objective(), value, crossEntropy));
    }
    return List.copyOf(means);
  }

  private void skip(long step, StepMetrics result) {
    TrainingProgress next = progress.skippedOne();
    if (next.skippedInARow() >= recipe.longRun().maxBadSteps()) {
      throw new NonFiniteLossException(step, next.skippedInARow(), result);
    }
    LOG.warn(
        "step {}: loss {}, gradient norm {}: not finite, so the step is skipped; {} in a row stop"
            + " the run, this is number {}",
        step,
        result.loss(),
        result.gradNorm(),
        recipe.longRun().maxBadSteps(),
        next.skippedInARow());
    progress = next;
    task.skipped();
  }

  /** The memory that what is learned takes in this process now. */
  TrainingMemory held() {
    List<Parameter> all = new ArrayList<>(task.trained());
    all.addAll(sharding.owned());
    return TrainingMemory.of(all, trainingState.moments());
  }

  /** Starts counting clipped steps again. */
  public void monitored() {
    progress = progress.monitored();
  }

  /**
   * Makes the model whole until closed, with the averaged weights in its place where the run
   * averages them: for evaluations, samples and the model that is saved. On all ranks at once;
   * calls may nest.
   */
  public TrainingState.Averaged averaged() {
    return trainingState.averaged(true);
  }

  /** The same, but that a model which is kept in parts stays so: to be saved unit by unit. */
  public TrainingState.Averaged averagedInParts() {
    return trainingState.averaged(false);
  }

  /** Who trains. */
  public ProcessGroup group() {
    return group;
  }

  /** Where the model's parameters are. */
  public ShardingStrategy sharding() {
    return sharding;
  }

  /**
   * Resumes from a checkpoint, whose model is loaded already.
   *
   * @param names of what the checkpoint keeps beside the model
   * @param source gives each by name, whole
   */
  public void restore(
      TrainingProgress reached, Set<String> names, Function<String, Tensor> source) {
    progress = reached;
    trainingState.restore(reached.updates(), names, source);
  }

  /** How many numbers are learned; all others stay as they are. */
  public long trainableCount() {
    return task.trained().stream().mapToLong(p -> p.value().numel()).sum();
  }

  /** How it is trained. */
  public Recipe recipe() {
    return recipe;
  }

  /** What is trained. */
  public Trainable<B> task() {
    return task;
  }

  /** Frees the optimizer; the model stays. */
  @Override
  public void close() {
    trainingState.close();
    sharding.close();
    task.close();
    try (PointerScope scope = new PointerScope()) {
      task.parameters().forEach(p -> p.value().set_requires_grad(false));
    }
  }
}
