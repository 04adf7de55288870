package io.github.gss4j.cli.study;

import io.github.gss4j.cli.terminal.CountProgress;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Variant;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss pathfinder generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Draws images in the arena's layout, imgs/N/sample_M.png and metadata/N.npy; the same for a"
            + " seed whatever the threads.")
final class PathfinderGenerate implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "a new directory")
  private Path out;

  @Option(
      names = "--size",
      defaultValue = "32",
      paramLabel = "PIXELS",
      description =
          "32 (default), 64, 128 (Path-X) or 256 as in the arena, or 16 to learn on a CPU")
  private int size;

  @Option(
      names = "--contour-length",
      paramLabel = "N",
      description = "pieces of a marked contour: 14 (default), 9 or 6 (easy) in the arena; 4 at 16")
  private Integer contourLength;

  @Option(
      names = "--count",
      defaultValue = "200000",
      paramLabel = "N",
      description = "images, an even number (default: 200000, as in the arena)")
  private int count;

  @Option(names = "--seed", defaultValue = "0", description = "random seed (default: 0)")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "that draw (default: one per processor)")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() {
    Variant standard = Variant.of(size);
    Variant variant = contourLength == null ? standard : standard.withContourLength(contourLength);
    Generator generator = new Generator(variant, seed, threads);
    try (CountProgress progress = new CountProgress(spec.commandLine().getErr(), "images", count)) {
      Path home = generator.write(out, count, progress);
      progress.close();
      spec.commandLine().getOut().println(home);
      spec.commandLine().getOut().flush();
    }
    return ExitCode.OK;
  }
}
