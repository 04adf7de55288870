package io.github.gss4j.model;

import io.github.gss4j.layers.MixerState;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * What a language model remembers of the tokens it has read: one state a layer, of fixed size
 * however long the text was.
 *
 * <p>Immutable: reading on gives a new state and leaves this one as it was, so that many
 * continuations can start from one prompt.
 *
 * @param layers each layer's state, for the whole batch
 * @param tokens how many tokens each sequence of the batch has read
 * @param pending each sequence's token that was chosen but not read yet: the first to read next
 */
public record ModelState(List<MixerState> layers, List<Long> tokens, List<OptionalInt> pending) {
  /** Copies the lists. */
  public ModelState {
    layers = List.copyOf(layers);
    tokens = List.copyOf(tokens);
    pending = List.copyOf(pending);
    if (tokens.size() != pending.size()) {
      throw new IllegalArgumentException(
          tokens.size() + " counts of tokens and " + pending.size() + " pending, expected as many");
    }
  }

  /** A state with nothing pending. */
  public ModelState(List<MixerState> layers, List<Long> tokens) {
    this(layers, tokens, Collections.nCopies(tokens.size(), OptionalInt.empty()));
  }

  /** How many sequences there are. */
  public int batch() {
    return tokens.size();
  }

  /**
   * States of several batches as one batch, in order; the batches may have read different lengths.
   */
  public static ModelState join(List<ModelState> states) {
    List<MixerState> joined = new ArrayList<>();
    for (int i = 0; i < states.get(0).layers.size(); i++) {
      int at = i;
      joined.add(MixerState.join(states.stream().map(s -> s.layers.get(at)).toList()));
    }
    return new ModelState(
        joined,
        states.stream().flatMap(s -> s.tokens.stream()).toList(),
        states.stream().flatMap(s -> s.pending.stream()).toList());
  }

  /** The states of some sequences of the batch; naming one several times forks it. */
  public ModelState select(int... rows) {
    Tensor index = Tensors.of(Arrays.stream(rows).asLongStream().toArray(), rows.length);
    return new ModelState(
        layers.stream().map(layer -> layer.select(index)).toList(),
        Arrays.stream(rows).mapToObj(tokens::get).toList(),
        Arrays.stream(rows).mapToObj(pending::get).toList());
  }

  /** The state after reading some more tokens. */
  ModelState next(List<MixerState> newLayers, long newTokens) {
    return new ModelState(newLayers, tokens.stream().map(n -> n + newTokens).toList());
  }

  /** Keeps the state alive beyond the scope it was made in, until {@link #release()}. */
  public ModelState keep() {
    layers.forEach(MixerState::keep);
    return this;
  }

  /** Releases what {@link #keep()} kept. */
  public void release() {
    layers.forEach(MixerState::release);
  }
}
