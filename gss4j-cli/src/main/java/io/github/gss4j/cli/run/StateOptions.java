package io.github.gss4j.cli.run;

import picocli.CommandLine.Option;

/** What states the sequences of a language model's training begin from. */
final class StateOptions {
  @Option(
      names = "--carry-state",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "read long stretches, each sequence on from the state the one before it left")
  Boolean carryState;

  @Option(
      names = "--carry-length",
      paramLabel = "TOKENS",
      description = "how long such a stretch is (default: 8192)")
  Integer carryLength;

  @Option(
      names = "--carry-open",
      paramLabel = "N",
      description =
          "how many stretches are read at a time, micro-batches taking turns (default: as many as"
              + " one has sequences)")
  Integer carryOpen;

  @Option(
      names = "--state-passing",
      paramLabel = "N",
      description =
          "begin sequences from the states that others left, every N-th from zero; 0 is off")
  Integer statePassing;

  @Option(
      names = "--state-passing-from",
      paramLabel = "SHARE",
      description = "share of the run after which states are passed (default: 0)")
  Double statePassingFrom;
}
