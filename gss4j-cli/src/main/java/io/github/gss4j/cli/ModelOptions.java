package io.github.gss4j.cli;

import io.github.gss4j.checkpoint.PretrainedModel;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model, and how it is held. */
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "a model's directory, or a run's")
  Path model;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 (default), bfloat16 or float64")
  String dtype;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu (default), cuda or cuda:N")
  String device;

  @Option(names = "--threads", description = "threads of dense products (default: all cores)")
  Integer threads;

  LanguageModel load() {
    if (threads != null) {
      Native.threads(threads);
    }
    return PretrainedModel.load(model, Precision.forInference(dtype), Tensors.device(device));
  }
}
