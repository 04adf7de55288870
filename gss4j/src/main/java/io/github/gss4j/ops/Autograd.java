package io.github.gss4j.ops;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/** Gradients of leaves: asking for them, reading them, adding to them. */
public final class Autograd {
  private Autograd() {}

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
   * @param gradient a tensor of the leaf's shape that nothing else changes
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
}
