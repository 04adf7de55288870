package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/**
 * A parameter under its name in the published package.
 *
 * @param name such as {@code layers.0.dss.Lambda_real}: a file format
 * @param role what it is
 * @param value the tensor itself, changed in place by an optimizer; for inference in bfloat16 it
 *     may lie in an order of its own, see {@link #plain}
 */
public record Parameter(String name, Role role, Tensor value) {
  /** The value in row-major order: the tensor itself, or a copy in the caller's scope. */
  public Tensor plain() {
    return Packed.is(value) ? Packed.plain(value) : value;
  }

  /** Bytes that its numbers take. */
  public long bytes() {
    return value.numel() * value.element_size();
  }
}
