package io.github.gss4j.java;

import io.github.gss4j.PackageOrder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void importsRunOneWay() {
    PackageOrder.above("config", "checkpoint", "engine")
        .add("java", "engine", "checkpoint", "config")
        .check();
  }
}
