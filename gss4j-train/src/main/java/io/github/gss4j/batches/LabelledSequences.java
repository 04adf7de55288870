package io.github.gss4j.batches;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Sequences of small integers, each of one class: pixels or tokens. Thread-safe. */
public interface LabelledSequences {
  /** How many there are. */
  int size();

  /** How many classes. */
  int numClasses();

  /** Values are below this. */
  int numTokens();

  /** One sequence, of length 1 or more. */
  int[] sequence(int index);

  /** Its class, from 0. */
  int label(int index);

  /**
   * A sequence with the path that decides its class.
   *
   * @param sequence its values
   * @param path 1 at places on the path, 0 at the others
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  record Traced(int[] sequence, int[] path) {}

  /**
   * One sequence and which of its places lie on the path that decides the class.
   *
   * @throws UnsupportedOperationException if the task has no such path
   */
  default Traced traced(int index) {
    throw new UnsupportedOperationException(
        "objective is label_and_path, expected label or masked: this task has no path, only"
            + " Pathfinder that is drawn while it is trained on (data: \"pathfinder:32\")");
  }

  /** Whether they are made when they are asked for, so that none need be taken twice. */
  default boolean isEndless() {
    return false;
  }

  /** The share of the most frequent class: the accuracy of always choosing it. */
  default double majority() {
    int[] counts = new int[numClasses()];
    IntStream.range(0, size()).forEach(i -> counts[label(i)]++);
    return (double) IntStream.of(counts).max().orElseThrow() / size();
  }

  /** The share of the most frequent value of all their places. */
  default double mostFrequentToken() {
    long[] counts = new long[numTokens()];
    for (int i = 0; i < size(); i++) {
      for (int token : sequence(i)) {
        counts[token]++;
      }
    }
    return (double) Arrays.stream(counts).max().orElseThrow() / Arrays.stream(counts).sum();
  }

  /** Some of them, by their numbers. */
  default LabelledSequences at(int[] indices) {
    LabelledSequences all = this;
    return new LabelledSequences() {
      @Override
      public int size() {
        return indices.length;
      }

      @Override
      public int numClasses() {
        return all.numClasses();
      }

      @Override
      public int numTokens() {
        return all.numTokens();
      }

      @Override
      public int[] sequence(int index) {
        return all.sequence(indices[index]);
      }

      @Override
      public int label(int index) {
        return all.label(indices[index]);
      }

      @Override
      public Traced traced(int index) {
        return all.traced(indices[index]);
      }
    };
  }
}
