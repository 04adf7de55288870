package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.loss.Distillation;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run is trained on.
 *
 * @param objective {@code objective}: cross_entropy, distillation, or alternating between the two
 * @param teacher {@code teacher}: the model that teaches, a path or {@code hf:OWNER/NAME}; empty
 *     for none
 * @param temperature {@code temperature}, of the distillation
 * @param distillWeight {@code distill_weight}, the divergence's share in the distillation; the rest
 *     is cross entropy
 * @param alternate {@code alternate}: micro (every micro-batch) or step
 * @param teacherDtype {@code teacher_dtype}: float32, bfloat16, float64, or int8 where the teacher
 *     is not GPT-2
 * @param teacherCache {@code teacher_cache}: a directory where the teacher's likeliest tokens are
 *     kept; empty for none, and its whole distribution
 * @param teacherTopK {@code teacher_top_k}: how many of them
 */
public record ObjectiveConfig(
    String objective,
    String teacher,
    double temperature,
    double distillWeight,
    String alternate,
    String teacherDtype,
    String teacherCache,
    int teacherTopK) {
  /** Cross entropy, and the defaults where a teacher is named. */
  public static final ObjectiveConfig CROSS_ENTROPY =
      new ObjectiveConfig(
          CrossEntropy.NAME, "", 1, 1, Alternating.Every.MICRO.key(), "float32", "", 64);

  /** Checks the ranges. */
  public ObjectiveConfig {
    Map<String, Boolean> objectives =
        new TreeMap<>(
            Map.of(CrossEntropy.NAME, true, Distillation.NAME, true, Alternating.NAME, true));
    Checks.oneOf("objective", objective, objectives);
    Checks.that(
        temperature > 0 && temperature < 1e3, "temperature", temperature, "above 0, below 1000");
    Checks.that(
        distillWeight > 0 && distillWeight <= 1,
        "distill_weight",
        distillWeight,
        "above 0 and at most 1");
    every(alternate);
    Precision.forInference(teacherDtype);
    Checks.that(teacherTopK >= 1, "teacher_top_k", teacherTopK, "at least 1");
  }

  /** Whether there is a teacher. */
  public boolean isTaught() {
    return !objective.equals(CrossEntropy.NAME);
  }

  /** What a turn of an alternating objective is. */
  public Alternating.Every every() {
    return every(alternate);
  }

  private static Alternating.Every every(String key) {
    return Checks.oneOf(
        "alternate", key, Map.of("micro", Alternating.Every.MICRO, "step", Alternating.Every.STEP));
  }

  static ObjectiveConfig from(JsonFields f, ObjectiveConfig byDefault) {
    return new ObjectiveConfig(
        f.text("objective", byDefault.objective),
        f.text("teacher", byDefault.teacher),
        f.number("temperature", byDefault.temperature),
        f.number("distill_weight", byDefault.distillWeight),
        f.text("alternate", byDefault.alternate),
        f.text("teacher_dtype", byDefault.teacherDtype),
        f.text("teacher_cache", byDefault.teacherCache),
        f.integer("teacher_top_k", byDefault.teacherTopK));
  }

  void putInto(ObjectNode json) {
    json.put("objective", objective).put("teacher", teacher).put("temperature", temperature);
    json.put("distill_weight", distillWeight).put("alternate", alternate);
    json.put("teacher_dtype", teacherDtype);
    json.put("teacher_cache", teacherCache).put("teacher_top_k", teacherTopK);
  }
}
