package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/**
 * A layer that reads the sequence from its end to its beginning: out = flip(layer(flip(x))).
 *
 * <p>It sees the future, so it has no state and no place in a language model: it is a {@link
 * SequenceLayer} and not a {@link CausalLayer}. The published package's {@code reverse_seq}.
 *
 * @param layer the layer that reads
 */
public record Reversed(SequenceLayer layer) implements SequenceLayer {
  @Override
  public Tensor forward(Tensor x) {
    return layer.forward(x.flip(1)).flip(1);
  }

  /** Each sequence is turned round within its own length. */
  @Override
  public Tensor forward(Tensor x, Lengths lengths) {
    return lengths.reverse(layer.forward(lengths.reverse(x), lengths));
  }
}
