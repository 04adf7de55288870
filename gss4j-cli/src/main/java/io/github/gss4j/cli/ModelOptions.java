package io.github.gss4j.cli;

import io.github.gss4j.GssModel;
import io.github.gss4j.LoadOptions;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.weights.PretrainedModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model, and how it is held. */
final class ModelOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "a model's directory or file (.safetensors, .pt), a run's directory, or"
              + " hf:OWNER/NAME[@revision][:FILE]")
  String model;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 (default), bfloat16, int8 or float64")
  String dtype;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu (default), cuda or cuda:N")
  String device;

  @Mixin ThreadOptions threads;

  /** Looks at the model, which is fetched first where it lies on the hub. */
  StoredModel open() {
    return Models.open(model, command.commandLine().getErr());
  }

  /** Loads it, with its tokenizer. */
  GssModel load(StoredModel stored) {
    threads.apply();
    return GssModel.load(stored, LoadOptions.defaults().withDtype(dtype).withDevice(device));
  }

  /** Loads its weights alone, into libtorch. */
  TorchModel torch(StoredModel stored) {
    threads.apply();
    return TorchModel.owning(
        PretrainedModel.load(stored, Precision.forInference(dtype), Tensors.device(device)));
  }
}
