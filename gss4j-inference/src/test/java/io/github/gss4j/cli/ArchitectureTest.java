package io.github.gss4j.cli;

import io.github.gss4j.PackageOrder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** What of the library commands are adapters of: nothing that needs a native library. */
  private static final String[] LIBRARY = {
    "",
    "checkpoint",
    "config",
    "engine",
    "files",
    "generation",
    "hub",
    "sample",
    "serve",
    "serve.api",
    "serve.decode",
    "serve.http",
    "tokenizer"
  };

  @Test
  void importsRunOneWay() {
    PackageOrder.above(LIBRARY)
        .add("cli.terminal", LIBRARY)
        .add("cli.options", PackageOrder.and(LIBRARY, "cli.terminal"))
        .add("cli.inference", PackageOrder.and(LIBRARY, "cli.terminal", "cli.options"))
        .addTop("cli")
        .check();
  }
}
