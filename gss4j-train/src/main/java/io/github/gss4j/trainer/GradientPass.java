package io.github.gss4j.trainer;

import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.Precomputed;
import io.github.gss4j.loss.TokenLoss;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.GraphSegment;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Segment;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Gradients of the mean loss, over as many micro-batches as an optimizer step takes.
 *
 * <p>The graph is cut at every layer and at the kernels. Kernels depend on the parameters alone, so
 * they are taken once for all micro-batches; their gradients add up and are sent on into the
 * parameters after the last one. Logits and loss are taken in slices, so no tensor of (tokens,
 * vocabulary) exists; each layer's activations are freed as the backward pass leaves it.
 *
 * <p>Where ranks train together, a layer's parameters are asked for before they are read, and its
 * gradients given away as soon as they are there.
 *
 * @param <D> what the form derives from a layer's parameters
 */
final class GradientPass<D extends Precomputed<D>> implements AutoCloseable {
  /** Logits of a slice take at most this many numbers. */
  private static final long SLICE = 1 << 22;

  private final LanguageModel model;
  private final ShardingStrategy sharding;
  private final long length;
  private final boolean recompute;
  private final SequenceForm<D> form;
  private final List<D> leaves = new ArrayList<>();

  /**
   * A pass over the present parameters.
   *
   * @param sharding where they are
   * @param length of the sequences to come
   * @param recompute whether layers are computed again in the backward pass instead of remembered
   * @param form how layers read their sequences
   */
  GradientPass(
      LanguageModel model,
      ShardingStrategy sharding,
      long length,
      boolean recompute,
      SequenceForm<D> form) {
    this.model = model;
    this.sharding = sharding;
    this.length = length;
    this.recompute = recompute;
    this.form = form;
  }

  /**
   * A layer's kernel, cut from the parameters; taken with the first micro-batch. Its graph is not
   * kept: it is large, and quick to make again.
   */
  private D kernel(int layer) {
    if (leaves.size() == layer) {
      try (PointerScope scope = new PointerScope()) {
        D leaf = form.derived(model.layers().get(layer), length).map(GradientPass::leaf);
        leaf.keep();
        leaves.add(leaf);
      }
    }
    return leaves.get(layer);
  }

  /** Cut from its graph; its gradient is wanted unless nothing behind it is learned. */
  private static Tensor leaf(Tensor kernel) {
    return kernel.requires_grad() ? Autograd.require(kernel.detach()) : kernel.detach();
  }

  /**
   * Adds one micro-batch's gradients to the parameters'.
   *
   * @param ids (B, L+1): the first L are read, the last L are what should follow
   * @param last whether it is the last one, after which the gradients are whole
   * @param weight the share of this micro-batch in the whole
   * @param objective its loss
   * @return the mean over its tokens, unweighted
   */
  MicroLoss add(Tensor ids, boolean last, double weight, TokenLoss objective) {
    int layers = model.layers().size();
    int root = sharding.root();
    Tensor inputs = ids.narrow(1, 0, length);
    Tensor targets = ids.narrow(1, 1, length).flatten();
    Deque<Segment> segments = new ArrayDeque<>();
    try (PointerScope scope = new PointerScope()) {
      sharding.gather(root, layers == 0 ? ShardingStrategy.NONE : 0);
      segments.push(GraphSegment.forward(inputs, model::embed, false));
      for (int i = 0; i < layers; i++) {
        sharding.gather(i, i + 1 < layers ? i + 1 : ShardingStrategy.NONE);
        int index = i;
        CausalLayer layer = model.layers().get(i);
        D kernel = kernel(i);
        Tensor x = segments.element().output();
        segments.push(
            layer.segment(x, (part, in) -> form.forward(index, part, in, kernel), recompute));
        if (i + 1 < layers) { // the last one is the first that the backward pass reads
          sharding.free(i);
        }
      }
      Tensor hidden = segments.element().output();
      Loss loss = loss(hidden.flatten(0, 1), inputs, targets, weight, objective);
      Tensor gradient = Scopes.kept(() -> loss.gradient().view(Tensors.shape(hidden)));
      for (int i = layers - 1; i >= 0; i--) {
        sharding.gather(i, i - 1);
        gradient = backward(segments, gradient);
        if (last) {
          finish(i);
        }
        sharding.reduce(i, last);
        sharding.free(i);
      }
      backward(segments, gradient).releaseReference();
      sharding.reduce(root, last);
      sharding.free(root);
      return loss.mean();
    } finally {
      segments.forEach(Segment::close);
    }
  }

  /** Walks the last segment back and frees it. */
  static Tensor backward(Deque<Segment> segments, Tensor gradient) {
    Tensor next = Scopes.kept(() -> segments.element().backward(gradient));
    segments.pop();
    gradient.releaseReference();
    return next;
  }

  private record Loss(MicroLoss mean, Tensor gradient) {}

  /** The loss of (T, D) hidden vectors, and its gradient, slice by slice. */
  private Loss loss(
      Tensor hidden, Tensor inputs, Tensor targets, double weight, TokenLoss objective) {
    long tokens = targets.size(0);
    long step = sliceTokens(model);
    double[] sums = new double[2];
    Tensor scale = Tensors.zerosLike(hidden, 1).add(new Scalar(weight / tokens));
    Tensor gradient = torch.cat(new TensorVector(scale, Tensors.zerosLike(hidden, 1)), 0);
    TensorVector gradients = new TensorVector();
    TokenLoss.Batch batch = objective.begin(inputs);
    for (long from = 0; from < tokens; from += step) {
      long start = from;
      long count = Math.min(step, tokens - from);
      Tensor target = targets.narrow(0, from, count);
      try (GraphSegment segment =
          GraphSegment.forward(
              hidden.narrow(0, from, count),
              h -> pair(batch.sums(model.head(h), target, start)),
              false)) {
        double[] values = Tensors.toDoubles(segment.output());
        sums[0] += values[0];
        sums[1] += values[1];
        gradients.push_back(segment.backward(gradient));
      }
    }
    MicroLoss mean = new MicroLoss(objective.name(), sums[0] / tokens, sums[1] / tokens);
    return new Loss(mean, torch.cat(gradients, 0));
  }

  /** Loss and cross entropy as one tensor, (2); only the loss has a gradient. */
  private static Tensor pair(TokenLoss.Sums sums) {
    return torch.stack(new TensorVector(sums.loss(), sums.crossEntropy().detach()));
  }

  /** How many tokens' logits are held at once. */
  static long sliceTokens(LanguageModel model) {
    return Math.max(1, SLICE / model.config().numTokens());
  }

  /** Sends the gradients of a layer's kernel on into the parameters, through a new graph. */
  private void finish(int layer) {
    List<Tensor> leaf = leaves.get(layer).tensors();
    if (leaf.stream().noneMatch(Tensor::requires_grad)) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> kernel = form.derived(model.layers().get(layer), length).tensors();
      for (int k = 0; k < kernel.size(); k++) {
        Tensor gradient = Autograd.gradient(leaf.get(k));
        if (gradient.defined()) { // else nothing behind it is learned, or nothing used it
          Autograd.backward(kernel.get(k), gradient);
        }
      }
    }
  }

  @Override
  public void close() {
    leaves.forEach(Precomputed::release);
  }
}
