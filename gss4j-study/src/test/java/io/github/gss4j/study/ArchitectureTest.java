package io.github.gss4j.study;

import io.github.gss4j.PackageOrder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** The packages of other modules. */
  private static final String[] LIBRARY = {
    "files",
    "config",
    "checkpoint",
    "engine",
    "tokenizer",
    "ops",
    "layers",
    "model",
    "weights",
    "torch",
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
    PackageOrder.above(LIBRARY)
        .add("study", LIBRARY)
        .add("study.pathfinder", LIBRARY)
        .add("study.listops", LIBRARY)
        .addTop("study.classifier")
        .addTop("study.probe")
        .check();
  }
}
