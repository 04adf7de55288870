package io.github.gss4j.cli.study;

import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Shortcut;
import io.github.gss4j.study.pathfinder.Variant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss pathfinder shortcut}. */
@Command(
    name = "shortcut",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Says how often the distance of the two markers alone gives the label away: what a"
            + " classifier that follows contours has to beat.")
final class PathfinderShortcut implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--size", defaultValue = "32", paramLabel = "PIXELS", description = "16 to 256")
  private int size;

  @Option(
      names = "--contour-length",
      paramLabel = "N",
      description = "pieces of a marked contour (default: the task's)")
  private Integer contourLength;

  @Option(
      names = "--count",
      defaultValue = "20000",
      paramLabel = "N",
      description = "images to count (default: 20000)")
  private int count;

  @Option(names = "--seed", defaultValue = "0", description = "random seed (default: 0)")
  private long seed;

  @Override
  public Integer call() {
    Variant standard = Variant.of(size);
    Variant variant = contourLength == null ? standard : standard.withContourLength(contourLength);
    Shortcut shortcut = Shortcut.of(new Generator(variant, seed, 1), count);
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "distance of the markers  %.2f pixels on one contour, %.2f on two%n"
                + "right by distance alone  %.2f %% of %,d images%n",
            shortcut.same(),
            shortcut.other(),
            100 * shortcut.accuracy(),
            shortcut.images() / 2);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
