package io.github.gss4j.ops;

import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/** Counts what a piece of work leaves alive outside the heap. */
public final class NativePointers {
  private static final int ROUNDS = 15;

  private NativePointers() {}

  /**
   * Native objects that a round leaves behind: the median of {@value #ROUNDS} rounds, for the
   * collector may free what earlier tests left behind in any one of them.
   */
  public static long leftBehindBy(Runnable round) {
    round.run(); // what is loaded once
    long[] left = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long before = Pointer.totalCount();
      round.run();
      left[i] = Pointer.totalCount() - before;
    }
    Arrays.sort(left);
    return left[ROUNDS / 2];
  }
}
