package io.github.gss4j.config.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a classifier is trained on: {@code objective}. */
public enum ClassifierObjective {
  /** The class of each sequence. */
  LABEL,
  /**
   * What half of a sequence's places hold, which the model does not see; no label is used. Weights
   * that were trained so are a start for the label (Amos et al. 2023, arXiv 2310.02980).
   */
  MASKED,
  /**
   * The class of each sequence, and of each place whether it lies on the path that decides the
   * class. More is told than the task has: a figure that was reached so must say so.
   */
  LABEL_AND_PATH;

  /** Its name in config files. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * How many classes the model tells apart at each place; 0 for none.
   *
   * @param numTokens of the sequences
   */
  public int placeClasses(int numTokens) {
    return switch (this) {
      case LABEL -> 0;
      case MASKED -> numTokens;
      case LABEL_AND_PATH -> 2;
    };
  }

  /** All by their names. */
  static Map<String, ClassifierObjective> byName() {
    return Arrays.stream(values())
        .collect(
            Collectors.toMap(
                ClassifierObjective::toString, Function.identity(), (a, b) -> a, TreeMap::new));
  }
}
