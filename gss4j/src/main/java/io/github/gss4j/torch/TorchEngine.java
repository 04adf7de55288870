package io.github.gss4j.torch;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.PretrainedModel;

/** Runs models on libtorch: all dtypes, CPU and CUDA. */
public final class TorchEngine implements Engine {
  /** Its name in options. */
  public static final String NAME = "torch";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public InferenceModel load(StoredModel stored, EngineOptions options) {
    if (options.threads() > 0) {
      Native.threads(options.threads());
    }
    return TorchModel.owning(
        PretrainedModel.load(
            stored, Precision.forInference(options.dtype()), Tensors.device(options.device())),
        stored);
  }
}
