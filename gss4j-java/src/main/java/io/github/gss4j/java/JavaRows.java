package io.github.gss4j.java;

import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import java.util.ArrayList;
import java.util.List;

/** Sequences that step together; each keeps its own memory, so that they come and go freely. */
final class JavaRows implements Rows {
  private final JavaModel model;
  private final List<JavaState> states = new ArrayList<>();

  JavaRows(JavaModel model) {
    this.model = model;
  }

  @Override
  public void add(List<SequenceState> added) {
    added.forEach(state -> states.add((JavaState) state));
  }

  @Override
  public List<SequenceState> remove(int... rows) {
    List<SequenceState> removed = new ArrayList<>();
    for (int i = rows.length - 1; i >= 0; i--) {
      removed.add(0, states.remove(rows[i]));
    }
    return removed;
  }

  @Override
  public SequenceState fork(int row) {
    return states.get(row).fork();
  }

  @Override
  public void step(int[] tokens, float[][] logits) {
    for (int i = 0; i < tokens.length; i++) {
      model.checkRoom(states.get(i).tokens(), 1);
    }
    model.config().checkIds(tokens);
    ForwardPass pass = model.borrow();
    try {
      for (int at = 0; at < tokens.length; at += ForwardPass.MOST_ROWS) {
        int to = Math.min(tokens.length, at + ForwardPass.MOST_ROWS);
        pass.clear();
        for (int i = at; i < to; i++) {
          pass.add(states.get(i), tokens, i, 1, 1);
        }
        pass.run();
        for (int i = at; i < to; i++) {
          pass.logits(i - at, logits[i]);
        }
      }
    } finally {
      model.giveBack(pass);
    }
  }

  @Override
  public List<Scores> score(int[][] ids, int[][] targets, int top) {
    List<Scores> scores = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      scores.add(states.get(i).score(ids[i], targets[i], top));
    }
    return scores;
  }

  @Override
  public void close() {
    states.forEach(SequenceState::close);
    states.clear();
  }
}
