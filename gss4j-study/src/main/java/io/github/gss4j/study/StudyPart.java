package io.github.gss4j.study;

import java.util.List;
import java.util.Map;

/**
 * Which of a study's runs are to be made; what was made of the others is reported all the same.
 *
 * @param models their names; all where empty
 * @param seeds all where empty
 */
public record StudyPart(List<String> models, List<Long> seeds) {
  /** All of a study. */
  public static final StudyPart ALL = new StudyPart(List.of(), List.of());

  /** Keeps copies. */
  public StudyPart {
    models = List.copyOf(models);
    seeds = List.copyOf(seeds);
  }

  /** Whether a model's learning rates are to be tried. */
  boolean has(String model) {
    return models.isEmpty() || models.contains(model);
  }

  /** Whether a run is to be made. */
  boolean has(String model, long seed) {
    return has(model) && (seeds.isEmpty() || seeds.contains(seed));
  }

  /**
   * Refuses what the study does not have.
   *
   * @throws IllegalArgumentException that names it and what there is
   */
  void check(StudyConfig config) {
    List<String> names = config.models().properties().stream().map(Map.Entry::getKey).toList();
    refuse("model", models, names);
    refuse("seed", seeds, config.seeds());
  }

  private static <T> void refuse(String what, List<T> wanted, List<T> there) {
    for (T one : wanted) {
      if (!there.contains(one)) {
        throw new IllegalArgumentException(
            what + " is " + one + ", expected one of the study's: " + there);
      }
    }
  }
}
