package io.github.gss4j.trainer;

import io.github.gss4j.config.Checks;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.Replication;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.loss.TokenLoss;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.GraphCut;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes optimizer steps: gradients of some micro-batches, clipping, update.
 *
 * <p>The only thing that changes a model's weights. Not for several threads.
 */
public final class Trainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  private final LanguageModel model;
  private final TrainConfig config;
  private final Objective objective;
  private final ProcessGroup group;
  private final Replication replication;
  private final Learning learning;
  private final List<Parameter> learned;
  private Progress progress = Progress.NONE;
  private boolean counted;

  /** A trainer at rest for a model, which it trains in place on cross entropy. */
  public Trainer(LanguageModel model, TrainConfig config) {
    this(model, config, Objective.crossEntropy());
  }

  /**
   * A trainer at rest for a model, which it trains in place.
   *
   * @param objective what it is trained on
   */
  public Trainer(LanguageModel model, TrainConfig config, Objective objective) {
    this(model, config, objective, Distribution.single());
  }

  /**
   * One rank's trainer at rest. From here on the model is to be read only as the distribution
   * allows: between steps a fully sharded one is not whole but within {@link #averaged}.
   *
   * @param model the same on all ranks
   * @param distribution how the ranks share the work
   */
  public Trainer(
      LanguageModel model, TrainConfig config, Objective objective, Distribution distribution) {
    this.model = model;
    this.config = config;
    this.objective = objective;
    this.group = distribution.group();
    Checks.that(
        group.world() == 1 || !config.batch().carryState(),
        "carry_state",
        true,
        "false where several ranks train: a state goes with its rank");
    this.learned = config.fineTuning().learned(model.parameters());
    learned.forEach(p -> GraphCut.require(p.value()));
    this.replication = distribution.replicate(model.parameters());
    this.learning = new Learning(model, config, replication);
  }

  /** How many steps were taken, those skipped among them. */
  public long steps() {
    return progress.steps();
  }

  /** How far training has come. */
  public Progress progress() {
    return progress;
  }

  /**
   * Takes the next optimizer step; one whose loss or gradient is not finite leaves the weights as
   * they were.
   *
   * @throws NonFiniteLossException if so many in a row were not finite as the configuration allows
   */
  public StepResult step(BatchSource batches) {
    return step(batches, StepObserver.NONE);
  }

  /** As above, looked at from within. */
  StepResult step(BatchSource batches, StepObserver observer) {
    long step = progress.steps() + 1;
    double lr = config.schedule().at(step, config.optimizer().lr());
    int all = config.batch().accumulate();
    double weight = (config.batch().sumGradients() ? 1 : 1.0 / all) / group.world();
    List<MicroLoss> losses = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      Tensor ids = onDevice(batches.ids(step, 0));
      try (GradientPass<?> pass =
          new GradientPass<>(
              model,
              replication,
              ids.size(1) - 1,
              config.compute().checkpointLayers(),
              learning.form())) {
        for (int micro = 0; micro < all; micro++) {
          ids = micro == 0 ? ids : onDevice(batches.ids(step, micro));
          learning.begin(ids, batches.place(step, micro));
          losses.add(pass.add(ids, micro == all - 1, weight, loss(step, micro)));
        }
      }
    }
    replication.awaitGradients();
    if (!counted) {
      LOG.info("rank {} of {} keeps {}", group.rank(), group.world(), held());
      counted = true;
    }
    observer.beforeUpdate(replication);
    double norm = learning.clip();
    StepResult result = new StepResult(overRanks(losses), lr, norm);
    if (result.skipped()) {
      learning.forgetGradients();
      skip(step, result);
    } else {
      double most = config.optimizer().gradClip();
      progress = progress.moved(most > 0 && norm > most);
      learning.step(lr, progress.updates());
      observer.afterUpdate(replication);
    }
    return result;
  }

  /** The mean over ranks of each micro-batch's losses. */
  private List<MicroLoss> overRanks(List<MicroLoss> here) {
    double[] sums =
        group.sum(
            here.stream()
                .flatMapToDouble(loss -> DoubleStream.of(loss.value(), loss.crossEntropy()))
                .toArray());
    List<MicroLoss> means = new ArrayList<>();
    for (int i = 0; i < here.size(); i++) {
      double value = sums[2 * i] / group.world();
      double crossEntropy = sums[2 * i + 1] / group.world();
      means.add(new MicroLoss(here.get(i).objective(), value, crossEntropy));
    }
    return List.copyOf(means);
  }

  private TokenLoss loss(long step, int micro) {
    return objective.at(
        new Alternating.Turn(step, (step - 1) * config.batch().accumulate() + micro));
  }

  private void skip(long step, StepResult result) {
    Progress next = progress.skippedOne();
    if (next.skippedInARow() >= config.longRun().maxBadSteps()) {
      throw new NonFiniteLossException(step, next.skippedInARow(), result);
    }
    LOG.warn(
        "step {}: loss {}, gradient norm {}: not finite, so the step is skipped; {} in a row stop"
            + " the run, this is number {}",
        step,
        result.loss(),
        result.gradNorm(),
        config.longRun().maxBadSteps(),
        next.skippedInARow());
    progress = next;
  }

  /** The memory that what is learned takes in this process now. */
  HeldBytes held() {
    List<Parameter> all = new ArrayList<>(learned);
    all.addAll(replication.owned());
    return HeldBytes.of(all, learning.moments());
  }

  /** Starts counting clipped steps again. */
  void watched() {
    progress = progress.watched();
  }

  private Tensor onDevice(Tensor ids) {
    return ids.to(model.device(), ScalarType.Long);
  }

  /**
   * Makes the model whole until closed, with the averaged weights in its place where the run
   * averages them: for evaluations, samples and the model that is saved. On all ranks at once;
   * within, once more at will.
   */
  Learning.Averaged averaged() {
    return learning.averaged(true);
  }

  /** The same, but that a model which is kept in parts stays so: to be saved unit by unit. */
  Learning.Averaged averagedInParts() {
    return learning.averaged(false);
  }

  /** Who trains. */
  ProcessGroup group() {
    return group;
  }

  /** Where the model's parameters lie. */
  Replication replication() {
    return replication;
  }

  /**
   * Goes on from a checkpoint, whose model is loaded already.
   *
   * @param names of what the checkpoint keeps beside the model
   * @param source gives each by name, whole
   */
  void restore(Progress reached, Set<String> names, Function<String, Tensor> source) {
    progress = reached;
    learning.restore(reached.updates(), names, source);
  }

  /** How many numbers are learned; all others stay as they are. */
  public long learnedCount() {
    return learned.stream().mapToLong(p -> p.value().numel()).sum();
  }

  /** The model, which is trained in place. */
  public LanguageModel model() {
    return model;
  }

  /** Frees the optimizer; the model stays. */
  @Override
  public void close() {
    learning.close();
    replication.close();
    try (PointerScope scope = new PointerScope()) {
      model.parameters().forEach(p -> p.value().set_requires_grad(false));
    }
  }
}
