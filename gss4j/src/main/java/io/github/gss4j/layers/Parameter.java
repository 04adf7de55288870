package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/**
 * A learned tensor under the name that the published package gives it.
 *
 * @param name such as {@code layers.0.dss.Lambda_real}: a file format
 * @param role what it is
 * @param value the tensor itself, changed in place by an optimizer
 */
public record Parameter(String name, Role role, Tensor value) {}
