package io.github.gss4j.trainer;

import io.github.gss4j.batches.LabelledBatches;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.config.training.Recipe;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Lengths;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.layers.SequenceLayer;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.GraphSegment;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Segment;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.PretrainedClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A classifier to train on the mean cross entropy of its sequences, or of their places.
 *
 * <p>The graph is cut at every layer, as {@link GradientPass} cuts a language model's.
 */
public final class TrainableClassifier implements Trainable<LabelledBatches> {
  private final SequenceClassifier model;
  private final ClassifierObjective objective;
  private final Recipe recipe;
  private final double stateSpaceLr;
  private final boolean recompute;

  /**
   * A model with how it is trained.
   *
   * @param objective of which the batches hold what is asked for
   * @param stateSpaceLr the peak rate of Λ and its step, which have one of their own in S4's
   *     recipes; 0 for that of all others
   * @param recompute whether layers are computed again in the backward pass instead of remembered
   */
  public TrainableClassifier(
      SequenceClassifier model,
      ClassifierObjective objective,
      Recipe recipe,
      double stateSpaceLr,
      boolean recompute) {
    Checks.that(stateSpaceLr >= 0, "state_space_lr", stateSpaceLr, "0 (as lr) or more");
    this.model = model;
    this.objective = objective;
    this.recipe = recipe;
    this.stateSpaceLr = stateSpaceLr;
    this.recompute = recompute;
  }

  @Override
  public List<Parameter> parameters() {
    return model.parameters();
  }

  /** All but what norms remember; without labels, all but what tells them apart. */
  @Override
  public List<Parameter> trained() {
    boolean labels = objective != ClassifierObjective.MASKED;
    return model.parameters().stream()
        .filter(p -> p.role() != Role.STATISTIC)
        .filter(p -> labels || !p.name().startsWith("to_logits."))
        .toList();
  }

  @Override
  public Recipe recipe() {
    return recipe;
  }

  /** C and D learn as fast as the rest. */
  @Override
  public double peakLr(Parameter parameter) {
    boolean own = stateSpaceLr > 0 && parameter.role() == Role.DYNAMICS;
    return own ? stateSpaceLr : recipe.optimizer().lr();
  }

  /** Every rank has the whole model: layers are not gathered from others. */
  @Override
  public List<MicroLoss> addGradients(
      long step, LabelledBatches batches, ShardingStrategy sharding, int ranks) {
    if (ranks > 1 && model.config().norm() == NormKind.BATCH) {
      throw new IllegalArgumentException(
          "norm is 'batch' on "
              + ranks
              + " ranks, expected 'layer' there or one rank: each would go by a part of the batch");
    }
    List<MicroLoss> losses = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      List<LabelledBatches.Batch> all = batches.of(step);
      for (LabelledBatches.Batch batch : all) {
        boolean last = losses.size() == all.size() - 1;
        double loss = add(batch, 1.0 / all.size() / ranks, sharding, last);
        losses.add(new MicroLoss(CrossEntropy.NAME, loss, loss));
      }
    }
    return losses;
  }

  /** Adds one micro-batch's gradients to the parameters', and gives its mean loss. */
  private double add(
      LabelledBatches.Batch batch, double weight, ShardingStrategy sharding, boolean last) {
    int layers = model.layers().size();
    Deque<Segment> segments = new ArrayDeque<>();
    Lengths lengths = batch.lengths();
    try (PointerScope scope = new PointerScope()) {
      segments.push(GraphSegment.forward(batch.input(), in -> model.embed(in, lengths), false));
      for (SequenceLayer layer : model.layers()) {
        Tensor x = segments.element().output();
        segments.push(
            GraphSegment.forward(x, in -> layer.learn(in, lengths, batch.isFull()), recompute));
      }
      Tensor hidden = segments.element().output();
      segments.push(GraphSegment.forward(hidden, in -> sum(in, batch), false));
      Tensor sum = segments.element().output();
      long count = objective == ClassifierObjective.MASKED ? counted(batch) : sequences(batch);
      Tensor gradient =
          Scopes.kept(() -> Tensors.zerosLike(sum).add(new Scalar(weight / count))); // a scalar
      double loss = Tensors.value(sum) / count;
      gradient = GradientPass.backward(segments, gradient);
      for (int i = layers - 1; i >= 0; i--) {
        gradient = GradientPass.backward(segments, gradient);
        sharding.reduce(i, last);
      }
      GradientPass.backward(segments, gradient).releaseReference();
      sharding.reduce(sharding.root(), last);
      return loss;
    } finally {
      segments.forEach(Segment::close);
    }
  }

  /** The loss of what the last layer gives, summed over sequences or hidden places: a scalar. */
  private Tensor sum(Tensor x, LabelledBatches.Batch batch) {
    Tensor normed = model.learnNorm(x, batch.lengths(), batch.isFull());
    return switch (objective) {
      case LABEL -> labels(normed, batch);
      case MASKED -> places(normed, batch);
      case LABEL_AND_PATH -> {
        double share = (double) sequences(batch) / counted(batch);
        yield labels(normed, batch).add(places(normed, batch).mul(new Scalar(share)));
      }
    };
  }

  private Tensor labels(Tensor normed, LabelledBatches.Batch batch) {
    return CrossEntropy.sum(model.head(normed, batch.lengths()), batch.labels());
  }

  private Tensor places(Tensor normed, LabelledBatches.Batch batch) {
    Tensor places = batch.places().orElseThrow();
    return CrossEntropy.sum(model.placeHead(normed).flatten(0, 1), places.flatten());
  }

  private static long sequences(LabelledBatches.Batch batch) {
    return batch.labels().size(0);
  }

  private static long counted(LabelledBatches.Batch batch) {
    Tensor counts = batch.places().orElseThrow().ge(new Scalar(0L)).sum();
    return Math.max(1, Math.round(Tensors.value(counts)));
  }

  @Override
  public void save(Path directory) throws IOException {
    PretrainedClassifier.save(model, directory);
  }

  @Override
  public void saveConfig(Path directory) throws IOException {
    PretrainedClassifier.saveConfig(model, directory);
  }
}
