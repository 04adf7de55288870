package io.github.gss4j.ops;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * One stage of a computation whose backward pass is walked by hand.
 *
 * <p>The graph is cut at the stage's input: the forward pass keeps that input, the backward pass
 * takes the gradient of the stage's output and gives the gradient of its input, while gradients of
 * parameters add up in the parameters. Walking cuts in reverse gives plain autograd's gradients to
 * the bit, and lets a stage be computed again instead of remembered, its memory freed as soon as it
 * is passed, or its result shared by several computations. (Autograd nodes cannot be written in
 * Java, so this is how every backward pass of our own is made.)
 */
public final class GraphCut implements AutoCloseable {
  private final UnaryOperator<Tensor> stage;
  private final Tensor input;
  private final boolean recompute;
  private Tensor output;

  private GraphCut(UnaryOperator<Tensor> stage, Tensor input, boolean recompute) {
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
  public static GraphCut forward(Tensor input, UnaryOperator<Tensor> stage, boolean recompute) {
    Tensor leaf =
        Scopes.kept(
            () -> {
              Tensor detached = input.detach();
              return detached.is_floating_point() ? require(detached) : detached;
            });
    GraphCut cut = new GraphCut(stage, leaf, recompute);
    cut.output =
        Scopes.kept(
            () -> recompute ? Scopes.withoutGradient(() -> stage.apply(leaf)) : stage.apply(leaf));
    return cut;
  }

  /** The stage's value, cut from its graph. */
  public Tensor output() {
    return output.detach();
  }

  /**
   * Runs the stage backward and frees it.
   *
   * @param gradient the gradient of the stage's output
   * @return the gradient of the stage's input, or an undefined tensor if it has none
   */
  public Tensor backward(Tensor gradient) {
    Tensor gradInput =
        Scopes.scoped(
            () -> {
              Tensor result = recompute ? stage.apply(input) : output;
              if (result.requires_grad()) { // else nothing in this stage is learned
                backward(result, gradient);
              }
              return input.requires_grad() ? gradient(input) : new Tensor();
            });
    close();
    return gradInput;
  }

  /** Sends a gradient into a graph: gradients add up in its leaves, and the graph is freed. */
  public static void backward(Tensor result, Tensor gradient) {
    result.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }

  /**
   * The gradient that a leaf has gathered, as a tensor of its own (the binding's {@code grad()}
   * gives a view into the leaf, which dangles when the leaf is freed).
   */
  public static Tensor gradient(Tensor leaf) {
    return new Tensor(leaf.grad());
  }

  /** Marks a tensor as a leaf whose gradient is wanted. */
  public static Tensor require(Tensor leaf) {
    leaf.set_requires_grad(true);
    return leaf;
  }

  /** Frees the stage without a backward pass. */
  @Override
  public void close() {
    if (output != null) {
      output.releaseReference();
      input.releaseReference();
      output = null;
    }
  }
}
