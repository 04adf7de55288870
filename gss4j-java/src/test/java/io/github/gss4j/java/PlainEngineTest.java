package io.github.gss4j.java;

import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineContract;
import io.github.gss4j.engine.EngineOptions;

/** The contract in plain loops, on three threads. */
class PlainEngineTest extends EngineContract {
  @Override
  protected Engine engine() {
    return new JavaEngine(new PlainKernels());
  }

  @Override
  protected EngineOptions exact() {
    return EngineOptions.DEFAULT.withThreads(3);
  }

  @Override
  protected double tolerance() {
    return 1e-6;
  }
}
