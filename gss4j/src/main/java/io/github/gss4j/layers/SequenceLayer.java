package io.github.gss4j.layers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A layer that maps a sequence to one of the same length, reading it whole. */
public interface SequenceLayer {
  /** What the layer derives from its parameters alone for sequences of one length; may be empty. */
  List<Tensor> kernel(long length);

  /**
   * Maps a sequence, with its kernel given.
   *
   * @param x (B, L, D)
   * @return (B, L, D)
   */
  Tensor forward(Tensor x, List<Tensor> kernel);

  /**
   * Maps sequences of different lengths: no token's output depends on padding.
   *
   * @param x (B, L, D), padded at the ends
   * @return (B, L, D); what stands at padding means nothing
   */
  Tensor forward(Tensor x, List<Tensor> kernel, Lengths lengths);

  /** Maps a sequence. */
  default Tensor forward(Tensor x) {
    return forward(x, kernel(x.size(1)));
  }
}
