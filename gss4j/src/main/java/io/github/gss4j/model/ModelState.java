package io.github.gss4j.model;

import io.github.gss4j.layers.MixerState;
import java.util.List;

/**
 * What a language model remembers of the tokens it has read: one state a layer, of fixed size
 * however long the text was.
 *
 * <p>Immutable: reading on gives a new state and leaves this one as it was, so that many
 * continuations can start from one prompt.
 *
 * @param layers each layer's state
 */
public record ModelState(List<MixerState> layers) {
  /** Copies the list. */
  public ModelState {
    layers = List.copyOf(layers);
  }

  /** How many tokens were read. */
  public long tokens() {
    return layers.get(0).tokens();
  }

  /** Keeps the state alive beyond the scope it was made in, until {@link #release()}. */
  public ModelState keep() {
    layers.forEach(MixerState::keep);
    return this;
  }

  /** Gives up what {@link #keep()} kept. */
  public void release() {
    layers.forEach(MixerState::release);
  }
}
