package io.github.gss4j.tracking;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many values are where.
 *
 * @param min the least of them
 * @param max the greatest
 * @param count how many there are
 * @param sum of all
 * @param sumSquares of all
 * @param limits upper end of each bucket, ascending
 * @param counts how many are in each
 */
public record Histogram(
    double min,
    double max,
    long count,
    double sum,
    double sumSquares,
    List<Double> limits,
    List<Double> counts) {
  /** Of no values. */
  public static final Histogram EMPTY = new Histogram(0, 0, 0, 0, 0, List.of(), List.of());

  /** Checks that each bucket has a count. */
  public Histogram {
    limits = List.copyOf(limits);
    counts = List.copyOf(counts);
    if (limits.size() != counts.size()) {
      throw new IllegalArgumentException(
          limits.size() + " limits and " + counts.size() + " counts, expected as many of both");
    }
  }

  /** A histogram of buckets of equal width between the least and the greatest value. */
  public static Histogram even(
      double min, double max, long count, double sum, double sumSquares, double[] counts) {
    double width = (max - min) / counts.length;
    return new Histogram(
        min,
        max,
        count,
        sum,
        sumSquares,
        IntStream.rangeClosed(1, counts.length).mapToObj(i -> min + i * width).toList(),
        Arrays.stream(counts).boxed().toList());
  }
}
