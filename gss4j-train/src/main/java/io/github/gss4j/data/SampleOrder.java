package io.github.gss4j.data;

/**
 * The one global order of training samples: sample number i is the window of {@code seqLen + 1}
 * tokens at {@link #offset offset(i)}, the last of them a label only.
 *
 * <p>An epoch takes each of its {@link #windows} once, in an order of its own. The windows are
 * {@code seqLen} tokens apart on a grid that each epoch shifts, so that borders move; what the grid
 * leaves over is at most one window at either end. A pure function of the sample's number: a
 * resumed run and a run on more processes read the same samples.
 *
 * @param storeSize tokens there are
 * @param seqLen tokens a sequence
 * @param seed chooses the order
 */
public record SampleOrder(long storeSize, int seqLen, long seed) {
  /** Checks that one sequence fits. */
  public SampleOrder {
    if (seqLen < 1) {
      throw new IllegalArgumentException("seqLen is " + seqLen + ", expected at least 1");
    }
    if (storeSize <= seqLen) {
      throw new DataException(
          "text has "
              + storeSize
              + " tokens, one sequence needs "
              + (seqLen + 1L)
              + ": give more text or a smaller --seq-len");
    }
  }

  /**
   * The order of a text's samples.
   *
   * @throws DataException if the text is shorter than one sequence and its last label
   */
  public static SampleOrder of(long storeSize, int seqLen, long seed) {
    return new SampleOrder(storeSize, seqLen, seed);
  }

  /** Samples an epoch: what fits, less one that leaves the grid room to move. */
  long windows() {
    return Math.max(1, (storeSize - 1) / seqLen - 1);
  }

  /** The epoch that a sample belongs to, from 0. */
  long epoch(long sample) {
    if (sample < 0) {
      throw new IllegalArgumentException("sample is " + sample + ", expected 0 or more");
    }
    return sample / windows();
  }

  /**
   * Where a sample begins; it ends within the store.
   *
   * @param sample its number, from 0 and without end
   */
  public long offset(long sample) {
    long windows = windows();
    long key = Permutation.mix(Permutation.mix(seed) + epoch(sample));
    long slack = storeSize - 1 - windows * seqLen;
    long shift = Long.remainderUnsigned(Permutation.mix(~key), slack + 1);
    return shift + new Permutation(windows, key).at(sample % windows) * seqLen;
  }
}
