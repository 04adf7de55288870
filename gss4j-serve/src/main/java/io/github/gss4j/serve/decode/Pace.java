package io.github.gss4j.serve.decode;

/** How many tokens of a prompt can be read in a time, by how long the last ones took. */
final class Pace {
  private static final int LEAST = 16;

  /** How much longer a slice may be than the one before. */
  private static final int GROWTH = 4;

  private double tokensPerNano;
  private int last = LEAST;

  /** How many to read in so much time. */
  int tokens(long nanos) {
    double wanted = tokensPerNano * Math.max(0, nanos);
    return (int) Math.max(LEAST, Math.min(wanted, (double) GROWTH * last));
  }

  /** So many took so long. */
  void note(int tokens, long nanos) {
    last = Math.max(tokens, last / GROWTH);
    if (tokens >= LEAST) {
      double found = tokens / (double) Math.max(1, nanos);
      tokensPerNano = tokensPerNano == 0 ? found : (tokensPerNano + found) / 2;
    }
  }
}
