package io.github.gss4j.java;

import io.github.gss4j.checkpoint.TensorData;
import java.util.List;

/** What one layer remembers of one sequence; changed by reading. */
interface LayerState {
  /** One of its own that remembers the same. */
  LayerState copy();

  /** How many bytes it takes. */
  long bytes();

  /** Gives its memory back; nothing is asked of it from then on. */
  default void close() {}

  /** Makes room for what a growing memory is about to read. */
  default void prepare(long tokens, int more) {}

  /**
   * It as tensors, in the form that libtorch's layers give theirs.
   *
   * @param tokens how many it has read
   */
  List<TensorData> tensors(long tokens);
}
