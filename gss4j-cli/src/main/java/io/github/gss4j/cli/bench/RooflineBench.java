package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.TorchThreads;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Native;
import io.github.gss4j.tracking.Environment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss bench roofline}. */
@Command(
    name = "roofline",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures what this machine can do at best: matrix products in float32 and bfloat16 (of"
            + " squares, and of a model's own shapes forward and backward) and the bandwidth of its"
            + " memory.")
final class RooflineBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--square",
      split = ",",
      defaultValue = "512,1024,2048,4096",
      paramLabel = "N",
      description = "sizes of squares (default 512,1024,2048,4096)")
  private List<Integer> squares;

  @Option(names = "--dim", defaultValue = "512", description = "the model's width (default 512)")
  private int dim;

  @Option(names = "--depth", defaultValue = "8", description = "its layers (default 8)")
  private int depth;

  @Option(names = "--vocab", defaultValue = "256", description = "different tokens (default 256)")
  private int vocab;

  @Option(
      names = "--rows",
      defaultValue = "4096",
      paramLabel = "TOKENS",
      description = "of a product of the model, at most 4096 (default)")
  private int rows;

  @Mixin private TorchThreads threads;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    squares.forEach(n -> BenchOptions.atLeastOne("square", n));
    if (rows < 1 || rows > 4096) {
      throw new IllegalArgumentException("--rows is %d, expected 1 to 4096".formatted(rows));
    }
    threads.apply();
    ObjectNode result = BenchResult.empty();
    result.put("processor", Native.processor()).put("threads", Native.threads());
    result.put("torch", Environment.facts().get("libtorch"));
    try (LanguageModel model = LanguageModel.create(ModelConfig.of(vocab, dim, depth), 0)) {
      for (String dtype : List.of("float32", "bfloat16")) {
        write(result, dtype, model);
      }
    }
    result.put("read_gb_per_second", ReadSpeed.bandwidth() / 1e9);
    result.put("copy_gb_per_second", ReadSpeed.copyBandwidth() / 1e9);
    BenchResult.print(spec.commandLine().getOut(), json, List.of(result));
    return ExitCode.OK;
  }

  private void write(ObjectNode result, String dtype, LanguageModel model) {
    double best = 0;
    for (int n : squares) {
      double rate = MatrixRate.square(n, MatrixRate.type(dtype)) / 1e9;
      result.put(dtype + "_square_" + n + "_gflop_per_second", rate);
      best = Math.max(best, rate);
    }
    result.put(dtype + "_gflop_per_second", best);
    double own =
        MatrixRate.of(
            model.parameters(), rows, MatrixRate.type(dtype), MatrixRate.Pass.FORWARD_AND_BACKWARD);
    result.put(dtype + "_model_gflop_per_second", own / 1e9);
  }
}
