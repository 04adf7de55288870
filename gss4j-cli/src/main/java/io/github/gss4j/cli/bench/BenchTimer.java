package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Times a workload as the timer of the published package does: one warm-up, then the median. */
final class BenchTimer {
  private BenchTimer() {}

  /**
   * Runs a workload and writes what it took: {@code seconds} (median), {@code min_seconds}, {@code
   * tokens_per_second}, {@code peak_rss_mb} and {@code peak_above_start_mb}.
   *
   * @param tokens of one run
   * @param result where to write
   * @param once one run
   */
  static void measure(int repeats, long tokens, ObjectNode result, Runnable once) {
    PeakMemory memory = PeakMemory.start();
    once.run();
    double[] seconds = new double[repeats];
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      once.run();
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    double median = median(seconds);
    result.put("seconds", median).put("min_seconds", Arrays.stream(seconds).min().orElseThrow());
    result.put("tokens_per_second", tokens / median);
    memory.write(result);
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
