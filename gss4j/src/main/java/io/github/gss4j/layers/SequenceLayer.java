package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/** A layer that maps a sequence to one of the same length, reading it whole. */
public interface SequenceLayer {
  /**
   * Maps a sequence.
   *
   * @param x (B, L, D)
   * @return (B, L, D)
   */
  Tensor forward(Tensor x);

  /**
   * Maps sequences of different lengths: no token's output depends on padding.
   *
   * @param x (B, L, D), padded at the ends
   * @return (B, L, D); values at padding mean nothing
   */
  Tensor forward(Tensor x, Lengths lengths);

  /**
   * As {@link #forward(Tensor, Lengths)}, while sequences are learned from: a batch norm goes by
   * their statistics, and remembers them.
   *
   * @param full whether nothing is padding, which is read faster
   */
  default Tensor learn(Tensor x, Lengths lengths, boolean full) {
    return full ? forward(x) : forward(x, lengths);
  }
}
