package io.github.gss4j.cli.run;

import picocli.CommandLine.Option;

/** What every training has, of a language model or of a classifier: its steps, and where. */
public final class StepOptions {
  @Option(names = "--steps", description = "optimizer steps of the run")
  Long steps;

  @Option(names = "--batch", description = "sequences per micro-batch")
  Integer batch;

  @Option(names = "--lr", description = "peak learning rate")
  Double lr;

  @Option(names = "--seed", description = "the random seed")
  Long seed;

  @Option(names = "--dtype", paramLabel = "TYPE", description = "float32, bfloat16 or float64")
  String dtype;

  @Option(names = "--device", description = "cpu, cuda or cuda:N")
  String device;
}
