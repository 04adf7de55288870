package io.github.gss4j.java;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Arrays of one length that closed states have given back, for the next ones. New arrays cost
 * pauses: collecting garbage copies them. Java takes the spare ones where memory is short.
 */
final class SpareArrays {
  private final int length;
  private final Deque<SoftReference<float[]>> spare = new ConcurrentLinkedDeque<>();

  SpareArrays(int length) {
    this.length = length;
  }

  float[] zeros() {
    float[] array = poll();
    if (array == null) {
      return new float[length];
    }
    Arrays.fill(array, 0);
    return array;
  }

  float[] copyOf(float[] other) {
    float[] array = poll();
    if (array == null) {
      return other.clone();
    }
    System.arraycopy(other, 0, array, 0, length);
    return array;
  }

  private float[] poll() {
    for (var next = spare.poll(); next != null; next = spare.poll()) {
      float[] array = next.get();
      if (array != null) {
        return array;
      }
    }
    return null;
  }

  /** Takes an array that nobody reads or writes any more. */
  void giveBack(float[] array) {
    spare.push(new SoftReference<>(array));
  }
}
