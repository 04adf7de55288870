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
}
