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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
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
  private final List<List<MixerState>> left = new ArrayList<>(); // by turn, then layer
  private List<MixerState> after;

  /**
   * Nothing was read yet.
   *
   * @param turns how many micro-batches take turns, each of which continues what it left itself
   */
  PassedStates(LanguageModel model, int turns) {
    this.model = model;
    for (int i = 0; i < turns; i++) {
      left.add(new ArrayList<>());
    }
    this.after = left.get(0);
  }

  /** Whether the micro-batches before left the states of this many sequences each. */
  boolean has(int rows) {
    return left.stream().anyMatch(states -> has(states, rows));
  }

  private static boolean has(List<MixerState> states, int rows) {
    return !states.isEmpty() && states.get(0).tensors().get(0).size(0) == rows;
  }

  /**
   * Prepares for a micro-batch.
   *
   * @param turn whose it is
   * @param fromZero which of its rows begin from zero; where the last one of this turn left no
   *     states for the others, all do
   */
  void begin(int turn, boolean... fromZero) {
    after = left.get(turn);
    release(before);
    boolean[] anew = has(after, fromZero.length) ? fromZero : filled(fromZero.length);
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
    left.forEach(PassedStates::release);
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

  /** What was left, by name, for a checkpoint; rows first, those of all turns. */
  Map<String, Tensor> state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < after.size(); i++) {
      for (int k = 0; k < after.get(i).tensors().size(); k++) {
        tensors.put(NAME + i + "." + k, ofAllTurns(i, k));
      }
    }
    return tensors;
  }

  private Tensor ofAllTurns(int layer, int tensor) {
    Tensor last = after.get(layer).tensors().get(tensor);
    if (left.size() == 1) {
      return last;
    }
    Tensor[] turns = new Tensor[left.size()];
    for (int t = 0; t < turns.length; t++) { // zeros where nothing was read yet
      List<MixerState> own = left.get(t);
      turns[t] = own.isEmpty() ? last.mul(new Scalar(0)) : own.get(layer).tensors().get(tensor);
    }
    return torch.cat(new TensorVector(turns), 0);
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
    forget();
    after = left.get(0);
    long own = rows * left.size();
    for (int i = 0; names.contains(NAME + i + ".0"); i++) {
      List<Tensor> layer = new ArrayList<>();
      try (PointerScope scope = new PointerScope()) {
        for (int k = 0; names.contains(NAME + i + "." + k); k++) {
          Tensor all = source.apply(NAME + i + "." + k);
          if (all.size(0) != ranks * own) {
            return;
          }
          layer.add(all.narrow(0, rank * own, own).to(model.device(), dtype(i, k)));
        }
        for (int t = 0; t < left.size(); t++) {
          long first = t * rows;
          List<Tensor> part =
              layer.stream().map(all -> all.narrow(0, first, rows).clone()).toList();
          left.get(t).add(new MixerState(part).keep());
        }
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
    forget();
  }
}
