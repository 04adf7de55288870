package io.github.gss4j.distributed;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * The processes that train together. Every rank calls the same methods in the same order; one that
 * does not come is named by the others within the time-out.
 *
 * <p>Collectives run beside the caller's own work. All tensors are contiguous and of one dtype on
 * all ranks.
 */
public sealed interface ProcessGroup extends AutoCloseable permits SingleProcess, C10d {
  /** This process's number, from 0. */
  int rank();

  /** How many processes there are. */
  int worldSize();

  /** Whether this rank writes what is written once. */
  default boolean isFirst() {
    return rank() == 0;
  }

  /**
   * Sums tensors over ranks, in place.
   *
   * @param values the same shape on all ranks
   */
  Pending allReduce(Tensor values);

  /**
   * Sums tensors over ranks; each rank gets its part of the sum.
   *
   * @param part (n), where rank r's part goes: elements r·n to (r+1)·n of the sum
   * @param whole (world·n)
   */
  Pending reduceScatter(Tensor part, Tensor whole);

  /**
   * Puts the ranks' parts side by side.
   *
   * @param whole (world·n), where they go
   * @param part (n), this rank's
   */
  Pending allGather(Tensor whole, Tensor part);

  /** Sums numbers over ranks, and waits for them. */
  double[] sum(double... values);

  /** Waits until all ranks are here, however long the others work. */
  void barrier();

  /**
   * Lets the first rank work while the others wait, however long it takes.
   *
   * @param work run by the first rank alone
   * @return the result, on every rank
   */
  double[] fromFirst(Supplier<double[]> work);

  /** Tells the other ranks that this one ends, and why, so that they end too. */
  void fail(String reason);

  /** Leaves the group; the first rank waits a moment for the others to have left. */
  @Override
  void close();
}
