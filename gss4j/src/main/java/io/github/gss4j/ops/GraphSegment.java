package io.github.gss4j.ops;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One stage of a computation whose backward pass is walked by hand.
 *
 * <p>The graph is cut at the stage's input: the forward pass keeps that input, the backward pass
 * takes the gradient of the stage's output and gives the gradient of its input, while gradients of
 * parameters add up in the parameters. Walking segments in reverse gives plain autograd's gradients
 * to the bit, and lets a stage be computed again instead of remembered, its memory freed as soon as
 * it is passed, or its result shared by several computations. (Autograd nodes cannot be written in
 * Java, so this is how every backward pass of our own is made.)
 */
public final class GraphSegment implements Segment {
  private final Function<Tensor, List<Tensor>> stage;
  private final Tensor input;
  private final boolean recompute;
  private List<Tensor> outputs = List.of();
  private boolean closed;

  private GraphSegment(Function<Tensor, List<Tensor>> stage, Tensor input, boolean recompute) {
    this.stage = stage;
    this.input = input;
    this.recompute = recompute;
  }

  /**
   * Runs a stage forward.
   *
   * @param input the stage's input; its gradient is taken if it is of a floating dtype
   * @param recompute whether to forget everything but the input, and compute the stage again in the
   *     backward pass: a stage's memory against its forward time
   */
  public static GraphSegment forward(Tensor input, UnaryOperator<Tensor> stage, boolean recompute) {
    return forwardAll(input, in -> List.of(stage.apply(in)), recompute);
  }

  /** Runs a stage of several outputs forward, as {@link #forward}. */
  public static GraphSegment forwardAll(
      Tensor input, Function<Tensor, List<Tensor>> stage, boolean recompute) {
    Tensor leaf =
        Scopes.kept(
            () -> {
              Tensor detached = input.detach();
              return detached.is_floating_point() ? Autograd.require(detached) : detached;
            });
    GraphSegment segment = new GraphSegment(stage, leaf, recompute);
    try (PointerScope scope = new PointerScope()) {
      segment.outputs = recompute ? withoutGradient(stage, leaf) : stage.apply(leaf);
      segment.outputs.forEach(Tensor::retainReference);
    }
    return segment;
  }

  private static List<Tensor> withoutGradient(Function<Tensor, List<Tensor>> stage, Tensor input) {
    try (NoGradGuard guard = new NoGradGuard()) {
      return stage.apply(input);
    }
  }

  @Override
  public Tensor output() {
    return outputs.get(0).detach();
  }

  /** All values of the stage, cut from its graph. */
  public List<Tensor> outputs() {
    return outputs.stream().map(Tensor::detach).toList();
  }

  /**
   * Forgets the outputs of a stage that is computed again anyway, once the stages after it have
   * read them.
   */
  public void forget() {
    if (recompute) {
      outputs.forEach(Tensor::releaseReference);
      outputs = List.of();
    }
  }

  @Override
  public Tensor backward(Tensor gradient) {
    return backward(computed -> List.of(gradient));
  }

  /**
   * Runs a stage of several outputs backward and frees it.
   *
   * @param gradients gives, for the outputs, the gradient of each
   * @return as {@link #backward(Tensor)}
   */
  public Tensor backward(UnaryOperator<List<Tensor>> gradients) {
    Tensor gradInput =
        Scopes.scoped(
            () -> {
              List<Tensor> results = recompute ? stage.apply(input) : outputs;
              send(results, gradients.apply(results.stream().map(Tensor::detach).toList()));
              return input.requires_grad() ? Autograd.gradient(input) : new Tensor();
            });
    close();
    return gradInput;
  }

  /** An output that no trainable parameter leads to gets no gradient. */
  private static void send(List<Tensor> results, List<Tensor> gradients) {
    TensorVector roots = new TensorVector();
    TensorVector sent = new TensorVector();
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i).requires_grad() && gradients.get(i).defined()) {
        roots.push_back(results.get(i));
        sent.push_back(gradients.get(i));
      }
    }
    if (!roots.empty()) {
      torch.backward(roots, sent, new BoolOptional(), false, new TensorVector());
    }
  }

  @Override
  public void close() {
    if (!closed) {
      outputs.forEach(Tensor::releaseReference);
      input.releaseReference();
      closed = true;
    }
  }
}
