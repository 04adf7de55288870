package io.github.gss4j.generation;

/**
 * Token ids by falling weight, ties by rising id, one after the other: a heap, so that only those
 * that are asked for are put in order.
 */
final class TopK {
  private final long[] heap;
  private int size;

  /**
   * Orders tokens.
   *
   * @param weight one per token, not negative
   * @param least tokens of less weight are left out
   */
  TopK(double[] weight, double least) {
    heap = new long[weight.length];
    for (int id = 0; id < weight.length; id++) {
      if (weight[id] >= least) {
        heap[size++] = key(weight[id], id);
      }
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** Non-negative floats sort as their bits do. */
  private static long key(double weight, int id) {
    return ((long) (Integer.MAX_VALUE - Float.floatToIntBits((float) weight)) << 32) | id;
  }

  /** The next id. */
  int next() {
    int id = (int) heap[0];
    heap[0] = heap[--size];
    sink(0);
    return id;
  }

  /** How many are left. */
  int left() {
    return size;
  }

  private void sink(int from) {
    long key = heap[from];
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= key) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}
