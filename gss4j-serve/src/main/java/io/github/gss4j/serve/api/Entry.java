package io.github.gss4j.serve.api;

import io.github.gss4j.engine.Scores;
import java.util.List;

/**
 * A token in a response.
 *
 * @param logProbability NaN where there is none
 * @param top the likeliest tokens in its place
 * @param offset characters of the choice's text before it
 */
record Entry(int id, double logProbability, List<Scores.Likely> top, int offset) {
  /** Copies the list. */
  Entry {
    top = List.copyOf(top);
  }
}
