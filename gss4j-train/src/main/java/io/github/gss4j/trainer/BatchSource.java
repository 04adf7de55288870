package io.github.gss4j.trainer;

import org.bytedeco.pytorch.Tensor;

/**
 * Gives the micro-batches of a run: a pure function of the step, so that a resume needs no state.
 */
@FunctionalInterface
public interface BatchSource {
  /**
   * One micro-batch.
   *
   * @param step the optimizer step, from 1
   * @param micro the micro-batch within it, from 0
   * @return ids (B, L+1) on the CPU, in the caller's scope
   */
  Tensor ids(long step, int micro);
}
