package io.github.gss4j.generation;

import io.github.gss4j.engine.Scores;
import java.util.List;

/**
 * A token that was chosen.
 *
 * @param id its number
 * @param text what may be shown so far: whole characters only, never a part of a stop text;
 *     possibly empty
 * @param logProbability its natural logarithm, of the model's own distribution; NaN where not asked
 *     for
 * @param top the likeliest tokens in its place; empty where not asked for
 */
public record Token(int id, String text, double logProbability, List<Scores.Likely> top) {
  /** Copies the list. */
  public Token {
    top = List.copyOf(top);
  }
}
