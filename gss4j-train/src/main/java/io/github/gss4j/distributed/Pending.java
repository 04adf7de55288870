package io.github.gss4j.distributed;

/** A collective that is under way; its tensors are not to be touched before its end. */
@FunctionalInterface
public interface Pending {
  /** Nothing to wait for. */
  Pending NONE = () -> {};

  /**
   * Waits for the end.
   *
   * @throws RankException if a rank did not come
   */
  void await();
}
