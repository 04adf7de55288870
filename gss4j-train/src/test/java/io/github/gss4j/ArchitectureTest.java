package io.github.gss4j;

import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** What of the library training stands on. */
  private static final String[] LIBRARY = {
    "",
    "checkpoint",
    "config",
    "engine",
    "files",
    "generation",
    "hub",
    "layers",
    "model",
    "ops",
    "tokenizer",
    "torch",
    "weights"
  };

  @Test
  void importsRunOneWay() {
    PackageOrder.above(LIBRARY)
        .add("data", LIBRARY)
        .add("data.documents", and("data"))
        .add("distributed", LIBRARY)
        .add("tracking", LIBRARY)
        .add("loss", LIBRARY)
        .add("optim", and("distributed"))
        .add("config.training", and("data.documents", "data", "loss", "optim"))
        .add("batches", and("config.training", "data.documents", "data", "loss", "tracking"))
        .add("evaluation", and("data"))
        .add(
            "trainer",
            and("batches", "config.training", "optim", "distributed", "loss", "tracking"))
        .add("run.files", and("distributed"))
        .add("run.checkpoint", and("run.files", "trainer", "distributed", "tracking"))
        .add(
            "run.listener",
            and("run.files", "evaluation", "trainer", "tracking", "config.training", "data"))
        .addTop("run.loop")
        .addTop("run.inputs")
        .addTop("run")
        .check();
  }

  private static String[] and(String... packages) {
    return PackageOrder.and(LIBRARY, packages);
  }
}
