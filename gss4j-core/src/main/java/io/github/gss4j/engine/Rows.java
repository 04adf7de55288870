package io.github.gss4j.engine;

import java.util.List;

/** Sequences that take a step together, each weight read once for all. Not thread-safe. */
public interface Rows extends AutoCloseable {
  /**
   * Adds sequences after the present ones.
   *
   * @param states are the rows' from now on: do not use or close them
   */
  void add(List<SequenceState> states);

  /**
   * Removes sequences; those after them move up.
   *
   * @param rows their numbers, rising
   * @return their states, the caller's to close
   */
  List<SequenceState> remove(int... rows);

  /** A state of its own that has read what a row has. */
  SequenceState fork(int row);

  /**
   * Reads one token into each row.
   *
   * @param tokens one per row
   * @param logits filled a row each, (rows, vocabulary)
   */
  void step(int[] tokens, float[][] logits);

  /**
   * Reads as many tokens into each row and says how likely others were after each.
   *
   * @param ids (rows, L), L ≥ 1
   * @param targets (rows, L): the token to score after each; −1 where none is
   * @param top how many of the likeliest tokens to name at each place
   * @return one per row
   */
  List<Scores> score(int[][] ids, int[][] targets, int top);

  /** Frees all states. */
  @Override
  void close();
}
