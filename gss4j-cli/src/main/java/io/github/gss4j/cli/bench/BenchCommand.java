package io.github.gss4j.cli.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gss bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Benchmarks this machine.",
    subcommands = {
      TrainBench.class,
      LayerBench.class,
      GenerateBench.class,
      EvalBench.class,
      RooflineBench.class,
      DecodeBench.class,
      StreamBench.class
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
