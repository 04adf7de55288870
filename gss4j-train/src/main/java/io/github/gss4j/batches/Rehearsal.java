package io.github.gss4j.batches;

import java.util.List;

/**
 * A stage of a curriculum with what was learned before it: a share of its pairs of sequences are of
 * the earlier stages, all of them in turn, so that they are not forgotten while the new one is not
 * learned yet (the mixed curriculum of Zaremba and Sutskever 2014, arXiv 1410.4615).
 *
 * @param own the stage
 * @param earlier the stages before it
 * @param share of pairs that are earlier ones; pairs, for of every two in a row one has label 1
 */
public record Rehearsal(LabelledSequences own, List<LabelledSequences> earlier, double share)
    implements LabelledSequences {
  /** Copies the list. */
  public Rehearsal {
    earlier = List.copyOf(earlier);
  }

  private LabelledSequences at(int index) {
    int pair = index / 2;
    long before = (long) (pair * share);
    boolean rehearsed = !earlier.isEmpty() && (long) ((pair + 1) * share) > before;
    return rehearsed ? earlier.get((int) (before % earlier.size())) : own;
  }

  @Override
  public int size() {
    return own.size();
  }

  @Override
  public int numClasses() {
    return own.numClasses();
  }

  @Override
  public int numTokens() {
    return own.numTokens();
  }

  @Override
  public boolean isEndless() {
    return own.isEndless();
  }

  @Override
  public int[] sequence(int index) {
    return at(index).sequence(index);
  }

  @Override
  public int label(int index) {
    return at(index).label(index);
  }

  @Override
  public Traced traced(int index) {
    return at(index).traced(index);
  }
}
