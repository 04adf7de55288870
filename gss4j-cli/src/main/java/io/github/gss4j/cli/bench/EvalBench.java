package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.data.TokenArray;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.torch.TorchModel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gss bench eval}. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Evaluates a new model on a text of --batch × --seq-len random tokens, as gss eval does:"
            + " streams side by side, the state carried from block to block.")
final class EvalBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Override
  public Integer call() throws IOException {
    options.begin();
    Precision precision = Precision.forInference(options.dtype);
    ObjectNode result = options.result("eval");
    try (LanguageModel model =
            LanguageModel.of(
                options.model(), Init.random(BenchOptions.SEED), precision, Tensors.device("cpu"));
        TorchModel engine = TorchModel.of(model);
        TokenArray text = new TokenArray(options.randomIds(options.tokens() + 1))) {
      Evaluator evaluator = new Evaluator(engine, null);
      BenchTimer.measure(
          options.repeats, options.tokens(), result, () -> evaluator.whole(text, share -> {}));
      MatrixRate.writeShare(
          result,
          model.parameters(),
          options.tokens(),
          precision.products(),
          MatrixRate.Pass.FORWARD);
    }
    BenchResult.print(spec.commandLine().getOut(), options.json, List.of(result));
    return ExitCode.OK;
  }
}
