package io.github.gss4j.tracking;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Picks the points of a long curve that a reader can see, so that a page with a million steps still
 * opens.
 *
 * <p>The curve is cut into buckets at equal and at geometric distances (so that both a linear and a
 * logarithmic axis stay fine), and each gives its lowest and its highest point, its first one that
 * is not finite too. No extreme is ever lost.
 */
final class Downsampling {
  /** Points a curve, about: enough for every pixel of a wide screen. */
  static final int MAX_POINTS = 2_000;

  private Downsampling() {}

  /**
   * The indices of the points to draw, ascending, the first and the last always among them.
   *
   * @param y the curve
   * @param maxPoints at least 8; passed only by points that are not finite
   */
  static int[] keep(double[] y, int maxPoints) {
    if (y.length <= maxPoints) {
      return IntStream.range(0, y.length).toArray();
    }
    SortedSet<Integer> kept = new TreeSet<>();
    kept.add(0);
    kept.add(y.length - 1);
    int from = 0;
    for (int to : borders(y.length, (maxPoints - 2) / 4)) {
      keepExtremes(y, from, to, kept);
      from = to;
    }
    return kept.stream().mapToInt(Integer::intValue).toArray();
  }

  private static SortedSet<Integer> borders(int length, int count) {
    TreeSet<Integer> borders = new TreeSet<>();
    for (int i = 1; i <= count; i++) {
      borders.add((int) ((long) length * i / count));
      borders.add((int) Math.min(length, Math.round(Math.pow(length, (double) i / count))));
    }
    return borders;
  }

  private static void keepExtremes(double[] y, int from, int to, Set<Integer> kept) {
    int low = -1;
    int high = -1;
    int notFinite = -1;
    for (int i = from; i < to; i++) {
      if (!Double.isFinite(y[i])) {
        notFinite = notFinite < 0 ? i : notFinite;
        continue;
      }
      low = low < 0 || y[i] < y[low] ? i : low;
      high = high < 0 || y[i] > y[high] ? i : high;
    }
    for (int i : new int[] {low, high, notFinite}) {
      if (i >= 0) {
        kept.add(i);
      }
    }
  }
}
