package io.github.gss4j.layers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a causal layer remembers of the tokens it has read: enough to go on as if it had them all.
 *
 * <p>Immutable: mixing gives a new state and leaves the old one as it was.
 *
 * @param tokens how many tokens were read
 * @param tensors the memory itself; each mixer says in its documentation what they are
 */
public record MixerState(long tokens, List<Tensor> tensors) {
  /** Copies the list. */
  public MixerState {
    tensors = List.copyOf(tensors);
  }

  /** Keeps the tensors alive beyond the scope they were made in, until {@link #release()}. */
  public MixerState keep() {
    tensors.forEach(Tensor::retainReference);
    return this;
  }

  /** Gives up what {@link #keep()} kept. */
  public void release() {
    tensors.forEach(Tensor::releaseReference);
  }
}
