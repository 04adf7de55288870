package io.github.gss4j.layers;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * What a mixer takes from its parameters alone, once for many uses. Gradients flow through it.
 *
 * @param <D> its own type
 */
public interface Precomputed<D extends Precomputed<D>> {
  /** What it is made of; nothing where a mixer derives nothing. */
  default List<Tensor> tensors() {
    return List.of();
  }

  /** A copy with other tensors in place of these, such as ones cut from their graph. */
  D map(UnaryOperator<Tensor> replacement);

  /** Keeps it alive beyond the scope it was made in, until {@link #release()}. */
  default void keep() {
    tensors().forEach(Tensor::retainReference);
  }

  /** Releases what {@link #keep()} kept. */
  default void release() {
    tensors().forEach(Tensor::releaseReference);
  }
}
