package io.github.gss4j.serve.api;

import io.github.gss4j.config.Checks;

/**
 * What a request may ask for.
 *
 * @param bodyBytes the size of its body
 * @param promptTokens tokens in one prompt
 * @param prompts prompts in one request
 * @param maxTokens tokens to write
 * @param defaultMaxTokens tokens to write where it does not say
 * @param stops texts to stop at
 * @param choices texts from one prompt
 */
public record Limits(
    int bodyBytes,
    int promptTokens,
    int prompts,
    int maxTokens,
    int defaultMaxTokens,
    int stops,
    int choices) {
  /** 32 MiB, 4 M tokens, 1,024 prompts, 1 M tokens to write (256 by default), 16 stops. */
  public static final Limits DEFAULT = new Limits(32 << 20, 4 << 20, 1024, 1 << 20, 256, 16, 128);

  /** Checks the numbers. */
  public Limits {
    Checks.atLeast(1, "max-body-bytes", bodyBytes);
    Checks.atLeast(1, "max-prompt-tokens", promptTokens);
    Checks.atLeast(1, "max-prompts", prompts);
    Checks.atLeast(1, "max-tokens", maxTokens);
    Checks.atLeast(1, "default-max-tokens", defaultMaxTokens);
    Checks.atLeast(1, "max-stops", stops);
    Checks.atLeast(1, "max-choices", choices);
    Checks.that(
        defaultMaxTokens <= maxTokens,
        "default-max-tokens",
        defaultMaxTokens,
        "at most max-tokens = " + maxTokens);
  }

  /** A copy with another size of bodies. */
  public Limits withBodyBytes(int bytes) {
    return new Limits(bytes, promptTokens, prompts, maxTokens, defaultMaxTokens, stops, choices);
  }

  /** A copy with other numbers of tokens in a prompt, written at most, and by default. */
  public Limits withTokens(int newPromptTokens, int newMaxTokens, int newDefaultMaxTokens) {
    return new Limits(
        bodyBytes, newPromptTokens, prompts, newMaxTokens, newDefaultMaxTokens, stops, choices);
  }

  /** A copy with other numbers of stops and of texts from one prompt. */
  public Limits withStops(int newStops, int newChoices) {
    return new Limits(
        bodyBytes, promptTokens, prompts, maxTokens, defaultMaxTokens, newStops, newChoices);
  }
}
