package io.github.gss4j.layers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A layer whose output at a token depends on that token and those before it: it can carry a state,
 * and a language model can be made of it. The contract is that of {@link SequenceMixer}.
 */
public interface CausalLayer extends SequenceLayer {
  /** Padding comes after the tokens, where a causal layer does not look for them. */
  @Override
  default Tensor forward(Tensor x, List<Tensor> kernel, Lengths lengths) {
    return forward(x, kernel);
  }

  /** What the recurrent form needs of the parameters; gradients flow through it. Possibly empty. */
  List<Tensor> constants();

  /** The state before the first token, for a batch of sequences. */
  MixerState initialState(long batch);

  /**
   * Reads L ≥ 1 tokens into a state.
   *
   * @param x (B, L, D)
   * @param state of the same B
   * @param constants of these parameters
   */
  Mixed mix(Tensor x, MixerState state, List<Tensor> constants);

  /** Reads tokens into a state, with the constants derived on the spot. */
  default Mixed mix(Tensor x, MixerState state) {
    return mix(x, state, constants());
  }
}
