package io.github.gss4j.serve.decode;

/** What the decode thread counts; called on it alone. */
public interface Meters {
  /** Counts nothing. */
  Meters NONE =
      new Meters() {
        @Override
        public void read(int tokens) {}

        @Override
        public void written() {}

        @Override
        public void prompt(int tokens, int cachedTokens) {}
      };

  /** Tokens of prompts were read. */
  void read(int tokens);

  /** One token was written. */
  void written();

  /** A prompt is known, some of it from before. */
  void prompt(int tokens, int cachedTokens);
}
