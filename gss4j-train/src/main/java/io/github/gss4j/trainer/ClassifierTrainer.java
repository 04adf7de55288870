package io.github.gss4j.trainer;

import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.Checks;
import io.github.gss4j.distributed.Replication;
import io.github.gss4j.layers.Lengths;
import io.github.gss4j.layers.Role;
import io.github.gss4j.layers.SequenceLayer;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.GraphCut;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.Optimizer;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.weights.TensorReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes optimizer steps of a classifier, on the mean cross entropy of its sequences: gradients of
 * some micro-batches, clipping, update.
 *
 * <p>The graph is cut at every layer, as {@link GradientPass} cuts a language model's. Not for
 * several threads.
 */
public final class ClassifierTrainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClassifierTrainer.class);

  private final SequenceClassifier model;
  private final Schedule schedule;
  private final double peak;
  private final boolean recompute;
  private final Optimizer optimizer;
  private long steps;

  /**
   * Sequences and their classes.
   *
   * @param input (B, L) ids, or (B, L, input_dim) numbers, on the model's device
   * @param lengths of the sequences, one at least being L
   * @param labels (B) of int64
   * @param full whether all are of length L, so that nothing is padding
   */
  public record Batch(Tensor input, Lengths lengths, Tensor labels, boolean full) {}

  /**
   * What one step came to.
   *
   * @param loss mean cross entropy over the sequences, in nats
   * @param learningRate as it was
   * @param gradNorm the global norm of the gradient before clipping
   */
  public record StepResult(double loss, double learningRate, double gradNorm) {
    /** Whether loss or gradient was not finite, so that the weights stayed as they were. */
    public boolean skipped() {
      return !Double.isFinite(loss) || !Double.isFinite(gradNorm);
    }
  }

  /**
   * A trainer at rest for a model, which it trains in place.
   *
   * @param stateSpaceLr the peak rate of Λ and its step; 0 for that of all others
   * @param recompute whether layers are computed again in the backward pass instead of remembered
   */
  public ClassifierTrainer(
      SequenceClassifier model,
      OptimizerConfig config,
      Schedule schedule,
      double stateSpaceLr,
      boolean recompute) {
    Checks.that(stateSpaceLr >= 0, "state_space_lr", stateSpaceLr, "0 (as lr) or more");
    this.model = model;
    this.schedule = schedule;
    this.peak = config.lr();
    this.recompute = recompute;
    model.parameters().forEach(p -> GraphCut.require(p.value()));
    Replication alone = Replication.alone(model.parameters());
    FineTuning rates = rates(model, stateSpaceLr);
    this.optimizer = config.optimizer(alone, p -> rates.lr(p, config.lr()));
  }

  /** Λ and its step have a rate of their own in S4's recipes; C and D have that of all others. */
  private static FineTuning rates(SequenceClassifier model, double stateSpaceLr) {
    Map<String, Double> rates = new LinkedHashMap<>();
    model.parameters().stream()
        .filter(p -> p.role() == Role.DYNAMICS && stateSpaceLr > 0)
        .forEach(p -> rates.put(p.name(), stateSpaceLr));
    return new FineTuning("", "", List.of(), rates);
  }

  /** How many steps were taken, those skipped among them. */
  public long steps() {
    return steps;
  }

  /** How many steps left the weights as they were. */
  public long skipped() {
    return steps - optimizer.steps();
  }

  /** The optimizer's memory by name, for a checkpoint; the weights are the model's. */
  public Map<String, Tensor> state() {
    return optimizer.state();
  }

  /**
   * Goes on from a checkpoint, whose weights the model has already.
   *
   * @param stepsTaken as {@link #steps()} was
   * @param stepsSkipped as {@link #skipped()} was
   * @param memory holds what {@link #state()} gave
   */
  public void restore(long stepsTaken, long stepsSkipped, TensorSource memory) {
    steps = stepsTaken;
    optimizer.restore(
        stepsTaken - stepsSkipped,
        Set.copyOf(memory.names()),
        name -> TensorReader.read(memory.get(name)));
  }

  /**
   * Takes the next optimizer step; one whose loss or gradient is not finite leaves the weights as
   * they were.
   *
   * @param batches micro-batches of equally many sequences
   */
  public StepResult step(List<Batch> batches) {
    steps++;
    double rate = schedule.at(steps, peak);
    double loss = 0;
    for (Batch batch : batches) {
      loss += add(batch, 1.0 / batches.size()) / batches.size();
    }
    StepResult result = new StepResult(loss, rate, optimizer.clip());
    if (result.skipped()) {
      optimizer.forgetGradients();
      LOG.warn(
          "step {}: loss {}, gradient norm {}: not finite, so the step is skipped",
          steps,
          loss,
          result.gradNorm());
    } else {
      optimizer.step(rate);
    }
    return result;
  }

  /** Adds one micro-batch's gradients to the parameters', and gives its mean loss. */
  private double add(Batch batch, double weight) {
    Deque<GraphCut> cuts = new ArrayDeque<>();
    Lengths lengths = batch.lengths();
    try (PointerScope scope = new PointerScope()) {
      cuts.push(GraphCut.forward(batch.input(), in -> model.embed(in, lengths), false));
      for (SequenceLayer layer : model.layers()) {
        Tensor x = cuts.element().output();
        cuts.push(GraphCut.forward(x, in -> forward(layer, in, batch), recompute));
      }
      Tensor last = cuts.element().output();
      cuts.push(
          GraphCut.forward(
              last, in -> CrossEntropy.sum(model.head(in, lengths), batch.labels()), false));
      Tensor sum = cuts.element().output();
      long count = batch.labels().size(0);
      Tensor gradient =
          Scopes.kept(() -> Tensors.zerosLike(sum).add(new Scalar(weight / count))); // a scalar
      double loss = Tensors.value(sum) / count;
      while (!cuts.isEmpty()) {
        Tensor incoming = gradient;
        gradient = Scopes.kept(() -> cuts.element().backward(incoming));
        cuts.pop();
        incoming.releaseReference();
      }
      gradient.releaseReference();
      return loss;
    } finally {
      cuts.forEach(GraphCut::close);
    }
  }

  private static Tensor forward(SequenceLayer layer, Tensor x, Batch batch) {
    return batch.full() ? layer.forward(x) : layer.forward(x, batch.lengths());
  }

  /** Frees the optimizer; the model stays. */
  @Override
  public void close() {
    optimizer.close();
    try (PointerScope scope = new PointerScope()) {
      model.parameters().forEach(p -> p.value().set_requires_grad(false));
    }
  }
}
