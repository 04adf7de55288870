package io.github.gss4j.ops;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

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
public final class GraphCut implements Cut {
  private final Function<Tensor, List<Tensor>> stage;
  private final Tensor input;
  private final boolean recompute;
  private List<Tensor> outputs = List.of();
  private boolean closed;

  private GraphCut(Function<Tensor, List<Tensor>> stage, Tensor input, boolean recompute) {
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
    return forwardAll(input, in -> List.of(stage.apply(in)), recompute);
  }

  /** Runs a stage of several outputs forward, as {@link #forward}. */
  public static GraphCut forwardAll(
      Tensor input, Function<Tensor, List<Tensor>> stage, boolean recompute) {
    Tensor leaf =
        Scopes.kept(
            () -> {
              Tensor detached = input.detach();
              return detached.is_floating_point() ? require(detached) : detached;
            });
    GraphCut cut = new GraphCut(stage, leaf, recompute);
    try (PointerScope scope = new PointerScope()) {
      cut.outputs = recompute ? withoutGradient(stage, leaf) : stage.apply(leaf);
      cut.outputs.forEach(Tensor::retainReference);
    }
    return cut;
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
              return input.requires_grad() ? gradient(input) : new Tensor();
            });
    close();
    return gradInput;
  }

  /** What nothing learned depends on gets no gradient. */
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

  /**
   * Adds a gradient to what a leaf has gathered; nothing if the leaf's is not wanted.
   *
   * @param gradient a tensor of the leaf's shape that nobody else changes
   */
  public static void add(Tensor leaf, Tensor gradient) {
    if (!leaf.requires_grad()) {
      return;
    }
    Tensor gathered = gradient(leaf);
    if (gathered.defined()) {
      gathered.add_(gradient);
    } else {
      leaf.mutable_grad().put(gradient.to(leaf.scalar_type()));
    }
  }

  /** Adds the product of two matrices to what a leaf has gathered, as {@link #add} does. */
  public static void addProduct(Tensor leaf, Tensor a, Tensor b) {
    if (!leaf.requires_grad()) {
      return;
    }
    Tensor gathered = gradient(leaf);
    if (gathered.defined() && Tensors.type(gathered) == Tensors.type(a)) {
      gathered.addmm_(a, b);
    } else {
      add(leaf, a.mm(b));
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
