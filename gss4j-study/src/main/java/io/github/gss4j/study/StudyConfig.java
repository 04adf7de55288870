package io.github.gss4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.TrainConfig;
import java.util.List;
import java.util.Map;

/**
 * What a study compares, as its file has it.
 *
 * @param where the file, for messages
 * @param data {@code data}: corpora, as {@code gss train --data} names them
 * @param seqLens {@code seq_len}: lengths of training
 * @param seeds {@code seeds}: runs of each model with the learning rate that was best
 * @param rates {@code lr}: learning rates that are tried on the first seed; a model may have a rate
 *     or some of its own
 * @param sweepSteps {@code sweep_steps}: how long each is tried
 * @param batchTokens {@code batch_tokens}: tokens of a micro-batch at every length
 * @param budget {@code budget}: how long models are trained
 * @param times {@code position_times}: the longest context evaluated, as a multiple of the length
 * @param positionTokens {@code position_tokens}: held-out tokens read for the loss by position
 * @param run {@code run}: settings of all trainings
 * @param models {@code models}: settings of each model
 */
public record StudyConfig(
    String where,
    List<String> data,
    List<Integer> seqLens,
    List<Long> seeds,
    List<Double> rates,
    long sweepSteps,
    long batchTokens,
    Budget budget,
    int times,
    long positionTokens,
    ObjectNode run,
    ObjectNode models) {
  private static final String LR = "lr";

  /** Checks the sizes. */
  public StudyConfig {
    data = List.copyOf(data);
    seqLens = List.copyOf(seqLens);
    seeds = List.copyOf(seeds);
    rates = List.copyOf(rates);
    check(where, !data.isEmpty(), "data", data, "a corpus at least");
    check(where, seqLens.stream().allMatch(n -> n >= 1), "seq_len", seqLens, "1 or more");
    check(where, sweepSteps >= 1, "sweep_steps", sweepSteps, "at least 1");
    check(where, times >= 1, "position_times", times, "at least 1");
    check(where, positionTokens >= 1, "position_tokens", positionTokens, "at least 1");
    for (int seqLen : seqLens) {
      check(where, batchTokens >= seqLen, "batch_tokens", batchTokens, "seq_len or more");
    }
    for (String key : List.of("data", "seq_len", "seed", LR, "steps", "batch")) {
      check(where, !run.has(key), "run", key, "no '" + key + "' in it: the study sets it");
    }
  }

  private static void check(String where, boolean holds, String name, Object value, String what) {
    if (!holds) {
      throw new IllegalArgumentException(
          where + ": " + name + " is " + value + ", expected " + what);
    }
  }

  /** Reads a study's settings; an unknown key is an error. */
  public static StudyConfig read(String where, ObjectNode settings) {
    JsonFields f = new JsonFields(where, settings);
    StudyConfig config =
        new StudyConfig(
            where,
            f.texts("data"),
            f.numbers("seq_len", List.of(1024.0)).stream().map(Double::intValue).toList(),
            f.numbers("seeds", List.of(1.0, 2.0, 3.0)).stream().map(Double::longValue).toList(),
            f.numbers(LR, List.of(1e-3, 2e-3, 4e-3)),
            f.integer64("sweep_steps", 100),
            f.integer64("batch_tokens", 4096),
            Budget.read(new JsonFields(where + ": budget", f.object("budget"))),
            f.integer("position_times", 64),
            f.integer64("position_tokens", 1 << 19),
            f.object("run"),
            f.object("models"));
    f.refuseUnknown();
    return config;
  }

  /** The models on one corpus at one length, equal in size. */
  ModelChoices choices(String corpus, int seqLen, TrainConfig byDefault) {
    ObjectNode common = run.deepCopy();
    common.put("data", corpus).put("seq_len", seqLen);
    common.put("batch", Math.max(1, batchTokens / seqLen));
    ObjectNode settings = models.deepCopy();
    for (JsonNode model : settings) {
      if (model instanceof ObjectNode own) {
        own.remove(LR);
      }
    }
    return ModelChoices.read(where, common, settings, byDefault);
  }

  /** The learning rates of a model: its own, or those of all. */
  List<Double> rates(String model) {
    JsonNode own = models.path(model).path(LR);
    if (own.isNumber()) {
      return List.of(own.asDouble());
    }
    return new JsonFields(where + ": model '" + model + "'", models.get(model)).numbers(LR, rates);
  }

  /** Whether short runs come first: to choose among rates, or to know the speed. */
  boolean sweeps(String model) {
    return rates(model).size() > 1 || budget instanceof Budget.Seconds;
  }

  /** How many runs a part of the study takes. */
  int runs(StudyPart part) {
    int each = 0;
    for (Map.Entry<String, JsonNode> entry : models.properties()) {
      String model = entry.getKey();
      each += part.has(model) && sweeps(model) ? rates(model).size() : 0;
      each += (int) seeds.stream().filter(seed -> part.has(model, seed)).count();
    }
    return data.size() * seqLens.size() * each;
  }
}
