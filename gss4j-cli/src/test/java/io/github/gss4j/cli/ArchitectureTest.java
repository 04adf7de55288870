package io.github.gss4j.cli;

import io.github.gss4j.PackageOrder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** What of the library commands are adapters of. */
  private static final String[] LIBRARY = {
    "",
    "checkpoint",
    "config",
    "data",
    "data.documents",
    "distributed",
    "engine",
    "files",
    "generation",
    "hub",
    "layers",
    "loss",
    "mlflow",
    "model",
    "ops",
    "optim",
    "study",
    "study.classifier",
    "study.listops",
    "study.pathfinder",
    "study.probe",
    "tokenizer",
    "torch",
    "tracking",
    "trainer",
    "weights"
  };

  @Test
  void importsRunOneWay() {
    PackageOrder.above(LIBRARY)
        .add("cli.terminal", LIBRARY)
        .add("cli.options", with("terminal"))
        .add("cli.inspect", with("terminal", "options"))
        .add("cli.convert", with("terminal", "options", "inspect"))
        .add("cli.inference", with("terminal", "options"))
        .add("cli.train", with("terminal", "options"))
        .add("cli.launch", with("terminal"))
        .add("cli.study", with("terminal", "options"))
        .add("cli.bench", with("terminal", "options"))
        .addTop("cli")
        .check();
  }

  private static String[] with(String... packages) {
    return Stream.concat(Stream.of(LIBRARY), Stream.of(packages).map(name -> "cli." + name))
        .toArray(String[]::new);
  }
}
