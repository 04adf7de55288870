package io.github.gss4j.cli.study;

import io.github.gss4j.cli.terminal.CountProgress;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.study.listops.ListOpsGenerator;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss listops}. */
@Command(
    name = "listops",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Writes ListOps of the Long Range Arena by its grammar: basic_train.tsv, basic_val.tsv and"
            + " basic_test.tsv; gss classify trains on them.")
public final class ListOpsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "a new directory")
  private Path out;

  @Option(
      names = "--count",
      defaultValue = "96000",
      paramLabel = "N",
      description = "expressions to train on (default: 96000)")
  private int count;

  @Option(
      names = "--held-out",
      defaultValue = "2000",
      paramLabel = "N",
      description = "expressions to validate by, and as many to test by (default: 2000)")
  private int heldOut;

  @Option(names = "--max-depth", defaultValue = "10", description = "of nesting (default: 10)")
  private int maxDepth;

  @Option(names = "--max-args", defaultValue = "10", description = "of operators (default: 10)")
  private int maxArgs;

  @Option(
      names = "--min-length",
      defaultValue = "500",
      description = "all have more tokens (default: 500)")
  private int minLength;

  @Option(
      names = "--max-length",
      defaultValue = "2000",
      description = "all have fewer tokens (default: 2000)")
  private int maxLength;

  @Option(names = "--seed", defaultValue = "0", description = "random seed (default: 0)")
  private long seed;

  @Override
  public Integer call() {
    ListOpsGenerator generator =
        new ListOpsGenerator(maxDepth, maxArgs, minLength, maxLength, seed);
    try (CountProgress progress =
        new CountProgress(spec.commandLine().getErr(), "expressions", count + 2 * heldOut)) {
      generator.write(out, count, heldOut, progress);
    }
    spec.commandLine().getOut().println(out);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
