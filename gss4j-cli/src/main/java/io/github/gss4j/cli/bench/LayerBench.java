package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Layers;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gss bench layer}. */
@Command(
    name = "layer",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Sends random vectors forward through one layer, its kernel computed again each time,"
            + " recording nothing for a backward pass.")
final class LayerBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Override
  public Integer call() throws IOException {
    options.begin();
    Precision precision = Precision.forInference(options.dtype);
    ObjectNode result = options.result("layer");
    Parameters parameters =
        Parameters.from(Init.random(BenchOptions.SEED), precision, Tensors.device("cpu"));
    try (PointerScope scope = new PointerScope()) {
      CausalLayer layer =
          Layers.causal(parameters, options.layer(), options.dim, options.model().innerDim());
      torch.manual_seed(BenchOptions.SEED);
      Tensor x =
          torch.randn(
              new long[] {options.batch, options.seqLen, options.dim},
              Tensors.onCpu(ScalarType.Float)); // (B, L, D)
      BenchTimer.measure(
          options.repeats,
          options.tokens(),
          result,
          () -> Scopes.run(() -> Scopes.withoutGradient(() -> layer.forward(x))));
      MatrixRate.writeShare(
          result,
          parameters.all(),
          options.tokens(),
          precision.products(),
          MatrixRate.Pass.FORWARD);
    } finally {
      parameters.release();
    }
    BenchResult.print(spec.commandLine().getOut(), options.json, List.of(result));
    return ExitCode.OK;
  }
}
