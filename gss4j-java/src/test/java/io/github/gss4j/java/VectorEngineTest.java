package io.github.gss4j.java;

import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineContract;
import io.github.gss4j.engine.EngineOptions;

/** The contract in the Vector API, on two threads. */
class VectorEngineTest extends EngineContract {
  @Override
  protected Engine engine() {
    return new JavaEngine(KernelChoice.vectors());
  }

  @Override
  protected EngineOptions exact() {
    return EngineOptions.DEFAULT.withThreads(2);
  }

  @Override
  protected double tolerance() {
    return 1e-6;
  }
}
