package io.github.gss4j.engine;

import io.github.gss4j.checkpoint.TensorData;
import java.util.Map;

/**
 * What a model remembers of one sequence, changed by reading. Not thread-safe.
 *
 * <p>Reading {@code a} and then {@code b} leaves what reading {@code a ++ b} leaves, for every
 * split.
 */
public interface SequenceState extends AutoCloseable {
  /** How many tokens it has read. */
  long tokens();

  /** How much memory it takes, in bytes. */
  long bytes();

  /**
   * Reads tokens.
   *
   * @param ids at least one
   * @param logits is filled with those after the last token, one per token of the vocabulary; null
   *     if they are not wanted
   */
  void read(int[] ids, float[] logits);

  /**
   * Reads tokens and says how likely others were after each.
   *
   * @param ids at least one
   * @param targets as many: the token to score after each; −1 where none is
   * @param top how many of the likeliest tokens to name at each place
   */
  Scores score(int[] ids, int[] targets, int top);

  /**
   * Reads tokens and gives the logits after each.
   *
   * @return (tokens, vocabulary)
   */
  float[][] logits(int[] ids);

  /**
   * Reads tokens and gives the final hidden vectors, which the head makes logits of.
   *
   * @return (tokens, D)
   */
  float[][] hidden(int[] ids);

  /** A state of its own that has read the same. */
  SequenceState fork();

  /** Its memory by name, {@code layers.I.K}; good until the state is read into or closed. */
  Map<String, TensorData> tensors();

  /** Frees its memory. */
  @Override
  void close();
}
