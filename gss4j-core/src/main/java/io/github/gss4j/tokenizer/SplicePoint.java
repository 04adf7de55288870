package io.github.gss4j.tokenizer;

import java.util.Optional;

/**
 * Where the tokens of two overlapping windows meet: both have the same tokens some way before and
 * after, so neither the beginning of the one nor the end of the other reaches as far.
 *
 * @param left how many tokens of the left window stand before it
 * @param right how many of the right window do
 * @param at the place, counted in the left window
 */
record SplicePoint(int left, int right, int at) {
  /** Characters before and after a seam over which both windows have the same tokens. */
  private static final int SAME = 256;

  /** What is looked for in: the part that both windows have. */
  private record Overlap(LocatedTokens left, LocatedTokens right, int from, int to) {
    boolean isSame(int i, int j) {
      return left.ids()[i] == right.ids()[j]
          && left.starts()[i] == right.starts()[j] + from
          && left.ends()[i] == right.ends()[j] + from;
    }

    int middle() {
      return (from + to) >>> 1;
    }

    /** Which of two tokens that differ comes first: negative for the left one. */
    int compare(int i, int j) {
      int byStart = Integer.compare(left.starts()[i], right.starts()[j] + from);
      return byStart != 0 ? byStart : Integer.compare(left.ends()[i], right.ends()[j] + from);
    }
  }

  /**
   * Looks for the one nearest to the middle of what both windows have.
   *
   * @param from where the right window begins in the left one
   * @param to where the left window ends
   * @return nothing where the two do not come to the same tokens for long enough
   */
  static Optional<SplicePoint> find(LocatedTokens left, LocatedTokens right, int from, int to) {
    Overlap overlap = new Overlap(left, right, from, to);
    int i = firstFrom(left, from);
    int j = 0;
    int before = left.endBefore(i) <= from ? from : Integer.MAX_VALUE; // where a run may begin
    Optional<SplicePoint> best = Optional.empty();
    while (true) {
      int first = i;
      int firstRight = j;
      while (i < left.count() && j < right.count() && overlap.isSame(i, j)) {
        i++;
        j++;
      }
      boolean atEnd = i == left.count() && (j == right.count() || right.starts()[j] + from >= to);
      int begin = before != Integer.MAX_VALUE || i == first ? before : left.starts()[first];
      int end = atEnd ? to : i == first ? begin : left.endBefore(i);
      best = nearer(best, inRun(overlap, first, firstRight, i - first, begin, end), overlap);
      if (i == left.count() || j == right.count()) {
        return best;
      }
      int order = overlap.compare(i, j);
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
      before = Integer.MAX_VALUE;
    }
  }

  private static int firstFrom(LocatedTokens tokens, int from) {
    int i = tokens.count();
    while (i > 0 && tokens.starts()[i - 1] >= from) {
      i--;
    }
    return i;
  }

  private static Optional<SplicePoint> nearer(
      Optional<SplicePoint> one, Optional<SplicePoint> other, Overlap overlap) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    int middle = overlap.middle();
    return Math.abs(one.get().at - middle) <= Math.abs(other.get().at - middle) ? one : other;
  }

  /** The best place before, between or after equal tokens that reach from begin to end. */
  private static Optional<SplicePoint> inRun(
      Overlap overlap, int i, int j, int count, long begin, int end) {
    Optional<SplicePoint> best = Optional.empty();
    for (int k = 0; k <= count; k++) {
      long low = Math.max(k == 0 ? begin : overlap.left.endBefore(i + k), begin + SAME);
      long high = Math.min(k == count ? end : overlap.left.starts()[i + k], end - SAME);
      if (low <= high) {
        int at = (int) Math.max(low, Math.min(high, overlap.middle()));
        best = nearer(best, Optional.of(new SplicePoint(i + k, j + k, at)), overlap);
      }
    }
    return best;
  }
}
