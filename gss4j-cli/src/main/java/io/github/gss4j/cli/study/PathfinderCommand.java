package io.github.gss4j.cli.study;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gss pathfinder}. */
@Command(
    name = "pathfinder",
    mixinStandardHelpOptions = true,
    description = "Pathfinder and Path-X of the Long Range Arena; gss classify trains on them.",
    subcommands = {PathfinderGenerate.class, PathfinderSheet.class, PathfinderShortcut.class})
public final class PathfinderCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
