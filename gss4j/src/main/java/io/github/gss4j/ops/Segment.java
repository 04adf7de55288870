package io.github.gss4j.ops;

import org.bytedeco.pytorch.Tensor;

/**
 * One stage of a computation that ran forward and can run backward: it keeps what its backward pass
 * needs, in memory that {@link #backward} or {@link #close} frees. Gradients of parameters add up
 * in the parameters.
 */
public interface Segment extends AutoCloseable {
  /** The stage's value, cut from its graph. */
  Tensor output();

  /**
   * Runs the stage backward and frees it.
   *
   * @param gradient the gradient of the stage's output
   * @return the gradient of the stage's input, or an undefined tensor if it has none
   */
  Tensor backward(Tensor gradient);

  /** Frees the stage without a backward pass. */
  @Override
  void close();
}
