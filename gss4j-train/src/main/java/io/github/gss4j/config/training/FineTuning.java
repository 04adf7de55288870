package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.files.OneLine;
import io.github.gss4j.layers.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Fine-tuning: where a run's weights come from, which of them are frozen, and the learning rates of
 * the others.
 *
 * <p>A name stands for all parameters in whose own name it is a whole part: {@code token_emb},
 * {@code layers.0}, {@code dss}, {@code to_u.0.weight}.
 *
 * @param startFrom {@code start_from}: a model on disk or {@code hf:OWNER/NAME}; empty for weights
 *     drawn from the seed
 * @param addModes {@code add_modes}: how many silent slow modes each state space gets beside those
 *     of {@code start_from}; at first the model computes what it did
 * @param embeddingsFrom {@code embeddings_from}: a safetensors file or {@code hf:OWNER/NAME} whose
 *     token embeddings are copied in, also into the logits where these have a matrix of their own;
 *     empty for none
 * @param freeze {@code freeze}: names, with commas between: these parameters stay as they are, and
 *     take no gradient and no optimizer memory
 * @param lrGroups {@code lr_groups}: {@code name=lr,…}: other peak learning rates; the schedule is
 *     the same for all, and of several names the last one holds
 */
public record FineTuning(
    String startFrom,
    int addModes,
    String embeddingsFrom,
    List<String> freeze,
    Map<String, Double> lrGroups) {
  /** None: all weights are drawn from the seed and trained at one rate. */
  public static final FineTuning NONE = new FineTuning("", 0, "", List.of(), Map.of());

  /** Checks names and rates, and copies them. */
  public FineTuning {
    Checks.that(addModes >= 0, "add_modes", addModes, "0 or more");
    freeze = List.copyOf(freeze);
    lrGroups = new LinkedHashMap<>(lrGroups);
    freeze.forEach(name -> Checks.that(!name.isEmpty(), "freeze", "an empty name", "names"));
    lrGroups.forEach(
        (name, lr) -> {
          Checks.that(!name.isEmpty(), "lr_groups", "an empty name", "name=lr");
          Checks.that(lr > 0 && lr < 1e3, "lr_groups " + name, lr, "above 0");
        });
  }

  static FineTuning from(JsonFields f, FineTuning byDefault) {
    return new FineTuning(
        f.text("start_from", byDefault.startFrom),
        f.integer("add_modes", byDefault.addModes),
        f.text("embeddings_from", byDefault.embeddingsFrom),
        names(f.text("freeze", String.join(",", byDefault.freeze))),
        rates(f.text("lr_groups", text(byDefault.lrGroups))));
  }

  private static List<String> names(String text) {
    return text.isBlank()
        ? List.of()
        : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  private static Map<String, Double> rates(String text) {
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String group : names(text)) {
      int at = group.indexOf('=');
      try {
        String name = group.substring(0, at).strip();
        Double before = rates.put(name, Double.valueOf(group.substring(at + 1).strip()));
        Checks.that(before == null, "lr_groups", name + " twice", "each name once");
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IllegalArgumentException(
            OneLine.of(
                "lr_groups is '" + text + "', expected name=lr, such as token_emb=1e-5,dss=1e-4"),
            e);
      }
    }
    return rates;
  }

  private static String text(Map<String, Double> rates) {
    return rates.entrySet().stream()
        .map(rate -> rate.getKey() + "=" + rate.getValue())
        .collect(Collectors.joining(","));
  }

  void putInto(ObjectNode json) {
    json.put("start_from", startFrom).put("add_modes", addModes);
    json.put("embeddings_from", embeddingsFrom);
    json.put("freeze", String.join(",", freeze)).put("lr_groups", text(lrGroups));
  }

  /**
   * The trainable parameters.
   *
   * @throws IllegalArgumentException if a name stands for no parameter, or nothing is left to train
   */
  public List<Parameter> learned(List<Parameter> all) {
    freeze.forEach(name -> checkStandsForSome("freeze", name, all));
    lrGroups.keySet().forEach(name -> checkStandsForSome("lr_groups", name, all));
    List<Parameter> learned =
        all.stream().filter(p -> freeze.stream().noneMatch(name -> isPart(name, p))).toList();
    Checks.that(!learned.isEmpty(), "freeze", String.join(",", freeze), "something left to learn");
    return learned;
  }

  /** The parameter's peak learning rate, where all others have {@code lr}. */
  public double lr(Parameter p, double lr) {
    double rate = lr;
    for (Map.Entry<String, Double> group : lrGroups.entrySet()) {
      rate = isPart(group.getKey(), p) ? group.getValue() : rate;
    }
    return rate;
  }

  private static boolean isPart(String name, Parameter p) {
    return ("." + p.name() + ".").contains("." + name + ".");
  }

  private static void checkStandsForSome(String key, String name, List<Parameter> all) {
    if (all.stream().noneMatch(p -> isPart(name, p))) {
      TreeSet<String> heads = new TreeSet<>();
      all.forEach(p -> heads.addAll(List.of(p.name().split("\\."))));
      heads.removeIf(part -> part.matches("\\d+"));
      throw new IllegalArgumentException(
          "%s names '%s', which is part of no parameter's name; parts are: %s"
              .formatted(key, OneLine.of(name), String.join(", ", heads)));
    }
  }
}
