package io.github.gss4j.data;

import java.util.Objects;

/**
 * A pseudo-random order of 0 to size - 1 that needs no memory: a Feistel network over the next
 * power of four, walked on until it comes back into the range (at most four steps on average).
 *
 * @param size how many numbers, at least 1
 * @param key chooses the order
 */
public record Permutation(long size, long key) {
  private static final int ROUNDS = 8;

  /** The number at a place of the order. */
  public long at(long place) {
    int half = (64 - Long.numberOfLeadingZeros(size - 1) + 1) / 2;
    long mask = (1L << half) - 1;
    long value = Objects.checkIndex(place, size); // from outside, the walk would not end
    do {
      long left = value >>> half;
      long right = value & mask;
      for (int round = 0; round < ROUNDS; round++) {
        long next = left ^ (mix(right + mix(key + round)) & mask);
        left = right;
        right = next;
      }
      value = (left << half) | right;
    } while (Long.compareUnsigned(value, size) >= 0);
    return value;
  }

  /** Spreads every bit over all bits (the finalizer of SplitMix64). */
  public static long mix(long bits) {
    long z = bits + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
