package io.github.gss4j.torch;

import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineContract;
import io.github.gss4j.engine.EngineOptions;

class TorchEngineTest extends EngineContract {
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
