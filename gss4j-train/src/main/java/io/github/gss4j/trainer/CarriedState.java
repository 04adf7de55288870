package io.github.gss4j.trainer;

import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.MixerOutput;
import io.github.gss4j.layers.MixerState;
import io.github.gss4j.layers.Recurrence;
import io.github.gss4j.layers.SequenceMixer;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads long documents block by block, each block from the state that the last one left: truncated
 * backpropagation through time (Williams and Peng 1990). Gradients end where a block begins, so a
 * document of any length trains in the memory of one block, and still has all of its past in view.
 */
final class CarriedState implements SequenceForm<Recurrence>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CarriedState.class);
  private static final String NAME = "state.";
  private static final String PLACE = "state.place";

  private final LanguageModel model;
  private final List<MixerState> before = new ArrayList<>();
  private final List<MixerState> after = new ArrayList<>();
  private Optional<TextPosition> end = Optional.empty();

  /** Nothing was read yet. */
  CarriedState(LanguageModel model) {
    this.model = model;
  }

  /**
   * Makes ready for a block: from what the last block left, if it ended where this one begins, else
   * from the zero state.
   *
   * @param place where the block begins; nothing where each stands for itself
   */
  void begin(long batch, long length, Optional<TextPosition> place) {
    boolean anew = place.isEmpty() || place.get().isBeginning() || !place.equals(end);
    if (anew && !after.isEmpty() && place.isPresent() && !place.get().isBeginning()) {
      LOG.warn(
          "the state that was carried so far is of another place in the text, as text, batch,"
              + " seq_len or accumulate is another than before: it begins anew from zero");
    }
    end = place.map(from -> from.after(length));
    release(before);
    if (anew || after.isEmpty()) {
      release(after);
      Scopes.run(
          () -> model.layers().forEach(layer -> before.add(layer.initialState(batch).keep())));
    } else {
      before.addAll(after);
      after.clear();
    }
  }

  @Override
  public Recurrence derived(CausalLayer layer, long length) {
    return layer.recurrence();
  }

  @Override
  public Tensor forward(int index, SequenceMixer part, Tensor x, Recurrence derived) {
    MixerOutput mixed = part.mix(x, before.get(index), derived);
    if (after.size() == index) { // the backward pass may ask again
      after.add(detached(mixed.state()).keep());
    }
    return mixed.output();
  }

  private static MixerState detached(MixerState state) {
    return new MixerState(state.tensors().stream().map(Tensor::detach).toList());
  }

  /** What the last block left, by name, for a checkpoint. */
  Map<String, Tensor> state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < after.size(); i++) {
      List<Tensor> layer = after.get(i).tensors();
      for (int k = 0; k < layer.size(); k++) {
        tensors.put(NAME + i + "." + k, layer.get(k));
      }
    }
    end.ifPresent(place -> tensors.put(PLACE, Tensors.of(place.numbers(), 4)));
    return tensors;
  }

  /**
   * Goes on from a checkpoint; from the zero state where it keeps none.
   *
   * @param names of what the checkpoint keeps
   * @param source gives each by name
   */
  void restore(Set<String> names, Function<String, Tensor> source) {
    release(after);
    end = Optional.empty();
    if (names.contains(PLACE)) {
      Scopes.run(() -> end = Optional.of(TextPosition.of(Tensors.toLongs(source.apply(PLACE)))));
    }
    for (int i = 0; names.contains(NAME + i + ".0"); i++) {
      List<Tensor> layer = new ArrayList<>();
      try (PointerScope scope = new PointerScope()) {
        for (int k = 0; names.contains(NAME + i + "." + k); k++) {
          layer.add(source.apply(NAME + i + "." + k).to(model.device(), dtype(i, k)));
        }
        after.add(new MixerState(layer).keep());
      }
    }
  }

  private org.bytedeco.pytorch.global.torch.ScalarType dtype(int layer, int tensor) {
    return model.layers().get(layer).initialState(1).tensors().get(tensor).scalar_type();
  }

  private static void release(List<MixerState> states) {
    states.forEach(MixerState::release);
    states.clear();
  }

  @Override
  public void close() {
    release(before);
    release(after);
  }
}
