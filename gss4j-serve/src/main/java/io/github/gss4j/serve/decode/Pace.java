package io.github.gss4j.serve.decode;

/** How many tokens of a prompt can be read in a time, by how long the last ones took. */
final class Pace {
  /** Where nothing is known yet. */
  private static final int FIRST = 16;

  /** How much longer a slice may be than the one before. */
  private static final int GROWTH = 4;

  private double tokensPerNano;
  private int last = FIRST;

  /** How many tokens to read in a time. */
  int tokens(long nanos) {
    if (tokensPerNano == 0) {
      return FIRST;
    }
    return (int) Math.max(1, Math.min(tokensPerNano * nanos, (double) GROWTH * last));
  }

  /** Takes note of how long some tokens took. */
  void note(int tokens, long nanos) {
    double found = tokens / (double) Math.max(1, nanos);
    if (tokensPerNano == 0) {
      tokensPerNano = found;
    } else if (2 * tokens >= last) { // few tokens at once are slower each
      tokensPerNano = (tokensPerNano + found) / 2;
    }
    last = Math.max(tokens, last / GROWTH);
  }
}
