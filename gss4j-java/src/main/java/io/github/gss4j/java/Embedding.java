package io.github.gss4j.java;

/** The vectors of tokens. */
@FunctionalInterface
interface Embedding {
  /** Writes a token's vector. */
  void row(int id, float[] into, int at);
}
