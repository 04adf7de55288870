package io.github.gss4j;

import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void importsRunOneWay() {
    PackageOrder.above("files", "config", "checkpoint", "engine")
        .add("ops")
        .add("layers", "ops", "config", "files")
        .add("model", "layers", "ops", "config", "files")
        .add("weights", "model", "layers", "ops", "checkpoint", "config", "files")
        .add("torch", "weights", "model", "layers", "ops", "engine", "checkpoint", "config")
        .check();
  }
}
