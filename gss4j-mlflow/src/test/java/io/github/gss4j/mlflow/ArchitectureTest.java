package io.github.gss4j.mlflow;

import io.github.gss4j.PackageOrder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** The packages of other modules. */
  private static final String[] LIBRARY = {
    "files",
    "model",
    "data",
    "data.documents",
    "distributed",
    "loss",
    "tracking",
    "optim",
    "config.training",
    "batches",
    "trainer",
    "evaluation",
    "run",
    "run.files",
    "run.inputs",
    "run.listener"
  };

  @Test
  void importsRunOneWay() {
    PackageOrder.above(LIBRARY).add("mlflow", LIBRARY).check();
  }
}
