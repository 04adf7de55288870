package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;

/**
 * How often a run evaluates, saves and samples.
 *
 * @param evalEvery {@code eval_every}, steps between quick evaluations; 0 evaluates at the end only
 * @param evalTokens {@code eval_tokens}, how much held-out text a quick evaluation takes
 * @param saveEvery {@code save_every}, steps between checkpoints; 0 saves at the end only
 * @param sampleEvery {@code sample_every}, steps between samples; 0 samples at the end only
 * @param prompt {@code prompt}, what samples start from
 * @param sampleTemperature {@code sample_temperature}, at which samples are drawn; 0 takes the
 *     likeliest token
 */
public record IntervalConfig(
    long evalEvery,
    long evalTokens,
    long saveEvery,
    long sampleEvery,
    String prompt,
    double sampleTemperature) {
  /**
   * Every 200 steps an evaluation and a checkpoint, every 400 a sample: a run of the default 800
   * steps shows its progress, and spends a twentieth of its time on that.
   */
  public static final IntervalConfig DEFAULT =
      new IntervalConfig(200, 65_536, 200, 400, "public static ", 0.7);

  /** Checks the ranges. */
  public IntervalConfig {
    Checks.that(evalEvery >= 0, "eval_every", evalEvery, "0 (at the end only) or more");
    Checks.that(evalTokens >= 1, "eval_tokens", evalTokens, "at least 1");
    Checks.that(saveEvery >= 0, "save_every", saveEvery, "0 (at the end only) or more");
    Checks.that(sampleEvery >= 0, "sample_every", sampleEvery, "0 (at the end only) or more");
    Checks.that(!prompt.isEmpty(), "prompt", "empty", "at least one character");
    Checks.that(
        sampleTemperature >= 0 && sampleTemperature < 1e6,
        "sample_temperature",
        sampleTemperature,
        "0 or more");
  }

  /** A copy that evaluates on some held-out tokens every few steps. */
  public IntervalConfig withEvaluations(long every, long tokens) {
    return new IntervalConfig(every, tokens, saveEvery, sampleEvery, prompt, sampleTemperature);
  }

  /** A copy with another interval between checkpoints. */
  public IntervalConfig withSaveEvery(long steps) {
    return new IntervalConfig(evalEvery, evalTokens, steps, sampleEvery, prompt, sampleTemperature);
  }

  /** A copy whose samples start from another prompt, at another temperature. */
  public IntervalConfig withSamples(String newPrompt, double temperature) {
    return new IntervalConfig(
        evalEvery, evalTokens, saveEvery, sampleEvery, newPrompt, temperature);
  }

  static IntervalConfig from(JsonFields f, IntervalConfig byDefault) {
    return new IntervalConfig(
        f.integer64("eval_every", byDefault.evalEvery),
        f.integer64("eval_tokens", byDefault.evalTokens),
        f.integer64("save_every", byDefault.saveEvery),
        f.integer64("sample_every", byDefault.sampleEvery),
        f.text("prompt", byDefault.prompt),
        f.number("sample_temperature", byDefault.sampleTemperature));
  }

  void putInto(ObjectNode json) {
    json.put("eval_every", evalEvery).put("eval_tokens", evalTokens);
    json.put("save_every", saveEvery).put("sample_every", sampleEvery);
    json.put("prompt", prompt).put("sample_temperature", sampleTemperature);
  }
}
