package io.github.gss4j.torch;

import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/** States side by side in one batch; they are copied together only where rows come or go. */
final class TorchRows implements Rows {
  private final TorchModel model;

  /** Null where there is no row. */
  private ModelState state;

  TorchRows(TorchModel model) {
    this.model = model;
  }

  private int size() {
    return state == null ? 0 : state.batch();
  }

  @Override
  public void add(List<SequenceState> states) {
    try (PointerScope scope = new PointerScope()) {
      List<ModelState> all = new ArrayList<>();
      if (state != null) {
        all.add(state);
      }
      states.forEach(one -> all.add(((TorchState) one).state()));
      replace(all.size() == 1 ? all.get(0) : ModelState.join(all));
    }
    states.forEach(SequenceState::close);
  }

  @Override
  public List<SequenceState> remove(int... rows) {
    try (PointerScope scope = new PointerScope()) {
      List<SequenceState> removed = new ArrayList<>();
      for (int row : rows) {
        removed.add(fork(row));
      }
      int[] left =
          IntStream.range(0, size())
              .filter(row -> Arrays.stream(rows).noneMatch(out -> out == row))
              .toArray();
      replace(left.length == 0 ? null : state.select(left));
      return removed;
    }
  }

  @Override
  public SequenceState fork(int row) {
    try (PointerScope scope = new PointerScope()) {
      return new TorchState(model, size() == 1 ? state : state.select(row));
    }
  }

  @Override
  public void step(int[] tokens, float[][] logits) {
    int[][] ids = Arrays.stream(tokens).mapToObj(id -> new int[] {id}).toArray(int[][]::new);
    try (PointerScope scope = new PointerScope()) {
      LanguageModel.Output reading = model.read(ids, state);
      model.logits(reading.hidden().select(1, 0), logits);
      replace(reading.state());
    }
  }

  @Override
  public List<Scores> score(int[][] ids, int[][] targets, int top) {
    try (PointerScope scope = new PointerScope()) {
      LanguageModel.Output reading = model.read(ids, state);
      List<Scores> scores = model.scores(reading.hidden(), targets, top);
      replace(reading.state());
      return scores;
    }
  }

  private void replace(ModelState next) {
    ModelState before = state;
    state = next == null ? null : next.keep();
    if (before != null) {
      before.release();
    }
  }

  @Override
  public void close() {
    replace(null);
  }
}
