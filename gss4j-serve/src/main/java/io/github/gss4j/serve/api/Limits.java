package io.github.gss4j.serve.api;

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
    check("max-body-bytes", bodyBytes);
    check("max-prompt-tokens", promptTokens);
    check("max-prompts", prompts);
    check("max-tokens", maxTokens);
    check("default-max-tokens", defaultMaxTokens);
    check("max-stops", stops);
    check("max-choices", choices);
    if (defaultMaxTokens > maxTokens) {
      throw new IllegalArgumentException(
          "default-max-tokens is %d, expected at most max-tokens = %d"
              .formatted(defaultMaxTokens, maxTokens));
    }
  }

  private static void check(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
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
