package io.github.gss4j.distributed;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How gradients travel.
 *
 * @param group between whom
 * @param gradients in which dtype; null for their own
 */
record ReduceOptions(ProcessGroup group, ScalarType gradients) {
  /** A gradient as it travels. */
  ScalarType dtype(Tensor parameter) {
    return gradients == null ? parameter.scalar_type() : gradients;
  }
}
