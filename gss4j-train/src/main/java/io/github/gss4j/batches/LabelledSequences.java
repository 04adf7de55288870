package io.github.gss4j.batches;

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

  /** The share of the most frequent class: the accuracy of always choosing it. */
  default double majority() {
    int[] counts = new int[numClasses()];
    IntStream.range(0, size()).forEach(i -> counts[label(i)]++);
    return (double) IntStream.of(counts).max().orElseThrow() / size();
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
    };
  }
}
