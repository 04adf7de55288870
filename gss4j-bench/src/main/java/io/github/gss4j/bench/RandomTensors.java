package io.github.gss4j.bench;

import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors to work on. */
final class RandomTensors {
  private RandomTensors() {}

  /** Standard normal in float32; the caller frees it. */
  static Tensor normal(long... shape) {
    return Scopes.kept(() -> torch.randn(shape, Tensors.onCpu(ScalarType.Float)));
  }
}
