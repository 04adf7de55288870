package io.github.gss4j.torch;

import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineContract;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.ops.Native;

class TorchEngineTest extends EngineContract {
  static {
    Native.threads(1); // small tensors: threads would only wait for each other
  }

  @Override
  protected Engine engine() {
    return new TorchEngine();
  }

  @Override
  protected EngineOptions exact() {
    return new EngineOptions("float64", "cpu");
  }

  @Override
  protected double tolerance() {
    return 1e-10;
  }
}
