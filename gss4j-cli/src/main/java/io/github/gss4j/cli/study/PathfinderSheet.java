package io.github.gss4j.cli.study;

import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.files.OverwriteCheck;
import io.github.gss4j.study.pathfinder.ContactSheet;
import io.github.gss4j.study.pathfinder.PathfinderImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss pathfinder sheet}. */
@Command(
    name = "sheet",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Puts some images side by side into one PNG: above, in green, those whose markers lie on one"
            + " contour.")
final class PathfinderSheet implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "images as gss pathfinder generate or the arena's release has them")
  private Path data;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "a PNG")
  private Path out;

  @Option(
      names = "--columns",
      defaultValue = "5",
      paramLabel = "N",
      description = "images of each label (default: 5)")
  private int columns;

  @Override
  public Integer call() throws IOException {
    PathfinderImages images = PathfinderImages.open(data);
    OverwriteCheck.refuse(out);
    ContactSheet.write(images, columns, out);
    spec.commandLine().getOut().println(out);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
