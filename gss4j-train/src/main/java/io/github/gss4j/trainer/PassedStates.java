package io.github.gss4j.trainer;

import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.MixerOutput;
import io.github.gss4j.layers.MixerState;
import io.github.gss4j.layers.Recurrence;
import io.github.gss4j.layers.SequenceMixer;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Reads sequences from the states that those before them left: truncated backpropagation through
 * time (Williams and Peng 1990). Gradients end where a sequence begins, so a text of any length
 * trains in the memory of one block, and the model gets to know the states that long texts lead to
 * (Buitrago and Gu 2025, arXiv 2507.02782).
 */
final class PassedStates implements SequenceForm<Recurrence>, AutoCloseable {
  private static final String NAME = "state.";

  /** A name that every checkpoint with states has. */
  static final String FIRST = NAME + "0.0";

  private final LanguageModel model;
  private final List<MixerState> before = new ArrayList<>();
  private final List<MixerState> after = new ArrayList<>();

  /** Nothing was read yet. */
  PassedStates(LanguageModel model) {
    this.model = model;
  }

  /** Whether the last micro-batch left the states of this many sequences. */
  boolean has(int rows) {
    return !after.isEmpty() && after.get(0).tensors().get(0).size(0) == rows;
  }

  /**
   * Prepares for a micro-batch.
   *
   * @param fromZero which of its rows begin from zero; where the last one left no states for the
   *     others, all do
   */
  void begin(boolean... fromZero) {
    release(before);
    boolean[] anew = has(fromZero.length) ? fromZero : filled(fromZero.length);
    try (PointerScope scope = new PointerScope()) {
      for (int i = 0; i < model.layers().size(); i++) {
        MixerState zero = model.layers().get(i).initialState(anew.length);
        before.add((isAll(anew) ? zero : mixed(zero, after.get(i), anew)).keep());
      }
    }
    release(after);
  }

  private static boolean[] filled(int rows) {
    boolean[] all = new boolean[rows];
    Arrays.fill(all, true);
    return all;
  }

  private static boolean isAll(boolean... rows) {
    return Arrays.equals(rows, filled(rows.length));
  }

  /** Some rows of one state, the others of another. */
  private static MixerState mixed(MixerState zero, MixerState left, boolean... fromZero) {
    List<Tensor> tensors = new ArrayList<>();
    for (int k = 0; k < zero.tensors().size(); k++) {
      Tensor state = left.tensors().get(k).clone();
      for (int row = 0; row < fromZero.length; row++) {
        if (fromZero[row]) {
          state.select(0, row).copy_(zero.tensors().get(k).select(0, row));
        }
      }
      tensors.add(state);
    }
    return new MixerState(tensors);
  }

  /** Forgets what was left. */
  void forget() {
    release(after);
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

  /** What the last micro-batch left, by name, for a checkpoint; rows first. */
  Map<String, Tensor> state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < after.size(); i++) {
      List<Tensor> layer = after.get(i).tensors();
      for (int k = 0; k < layer.size(); k++) {
        tensors.put(NAME + i + "." + k, layer.get(k));
      }
    }
    return tensors;
  }

  /**
   * Resumes from a checkpoint; from zero where it keeps nothing, or of another number of rows.
   *
   * @param names of what the checkpoint keeps
   * @param source gives each by name, with the rows of all ranks
   * @param rank whose rows to take
   * @param rows of a rank
   * @param ranks how many there are
   */
  void restore(Set<String> names, Function<String, Tensor> source, int rank, long rows, int ranks) {
    release(after);
    for (int i = 0; names.contains(NAME + i + ".0"); i++) {
      List<Tensor> layer = new ArrayList<>();
      try (PointerScope scope = new PointerScope()) {
        for (int k = 0; names.contains(NAME + i + "." + k); k++) {
          Tensor all = source.apply(NAME + i + "." + k);
          if (all.size(0) != ranks * rows) {
            return;
          }
          Tensor own = all.narrow(0, rank * rows, rows).clone();
          layer.add(own.to(model.device(), dtype(i, k)));
        }
        after.add(new MixerState(layer).keep());
      }
    }
  }

  private ScalarType dtype(int layer, int tensor) {
    return Tensors.type(model.layers().get(layer).initialState(1).tensors().get(tensor));
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
