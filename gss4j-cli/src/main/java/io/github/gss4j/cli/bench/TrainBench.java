package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.ComputeConfig;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.TrainableLanguageModel;
import io.github.gss4j.trainer.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss bench train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Takes optimizer steps of one micro-batch of random tokens with a new model: forward,"
            + " backward, clipping, Adam. Says which share of this machine's matrix product rate it"
            + " reaches.")
final class TrainBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Option(
      names = "--checkpoint-layers",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "false",
      paramLabel = "true|false",
      description = "compute layers again in the backward pass instead of remembering them")
  private boolean checkpointLayers;

  @Override
  public Integer call() throws IOException {
    options.begin();
    Precision precision = Precision.forTraining(options.dtype);
    long[] ids = options.randomIds(options.tokens() + options.batch);
    BatchSource batches = (step, micro) -> Tensors.of(ids, options.batch, options.seqLen + 1L);
    TrainConfig config = config();
    ObjectNode result = options.result("train").put("checkpoint_layers", checkpointLayers);
    try (LanguageModel model =
        LanguageModel.of(
            config.model(), Init.random(BenchOptions.SEED), precision, Tensors.device("cpu"))) {
      try (Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config)) {
        BenchTimer.measure(options.repeats, options.tokens(), result, () -> step(trainer, batches));
      }
      MatrixRate.writeShare(
          result,
          model.parameters(),
          options.tokens(),
          precision.products(),
          MatrixRate.Pass.FORWARD_AND_BACKWARD);
    }
    BenchResult.print(spec.commandLine().getOut(), options.json, List.of(result));
    return ExitCode.OK;
  }

  private static void step(Trainer<BatchSource> trainer, BatchSource batches) {
    StepMetrics step = trainer.step(batches);
    if (step.skipped()) {
      throw new IllegalStateException(
          "step %d: loss %s and gradient norm %s are not finite, so there was no step to measure"
              .formatted(trainer.steps(), step.loss(), step.gradNorm()));
    }
  }

  /** As the published package's training script has it. */
  private TrainConfig config() {
    return TrainConfig.defaults()
        .with(options.model())
        .with(new BatchConfig(options.batch, 1, false, options.seqLen, StateConfig.NONE))
        .with(new OptimizerConfig(OptimizerConfig.Kind.ADAM, 2e-4, 0.9, 0.999, 1e-8, 0, false, 0.5))
        .with(new Schedule(options.repeats + 1L, 0, new Decay.Constant()))
        .with(new ComputeConfig(options.dtype, "cpu", checkpointLayers))
        .withSeed(BenchOptions.SEED);
  }
}
