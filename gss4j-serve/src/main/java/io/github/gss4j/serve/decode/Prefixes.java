package io.github.gss4j.serve.decode;

import java.util.Arrays;

/** Beginnings of prompts. */
final class Prefixes {
  /** A state is kept each time so many tokens were read. */
  static final int EVERY = 512;

  private Prefixes() {}

  /** How many of the first tokens are the same. */
  static int common(int[] a, int lengthOfA, int[] b, int lengthOfB) {
    int at = Arrays.mismatch(a, 0, lengthOfA, b, 0, lengthOfB);
    return at < 0 ? lengthOfA : at;
  }
}
