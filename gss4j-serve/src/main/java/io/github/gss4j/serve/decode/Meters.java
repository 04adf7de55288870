package io.github.gss4j.serve.decode;

/** What the decode thread counts; called on it alone. */
public interface Meters {
  /** Tokens of prompts were read. */
  void read(int tokens);

  /** One token was written. */
  void written();

  /** A prompt is known, some of it from before. */
  void prompt(int tokens, int cachedTokens);
}
