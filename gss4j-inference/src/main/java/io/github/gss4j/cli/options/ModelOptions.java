package io.github.gss4j.cli.options;

import io.github.gss4j.GssModel;
import io.github.gss4j.LoadOptions;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.sample.SampleModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model, and how it is held. */
public final class ModelOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "a model's directory or file (.safetensors, .pt), a run's directory, or"
              + " hf:OWNER/NAME[@revision][:FILE] (default: "
              + SampleModel.NAME
              + ", a small model of Java source that comes along)")
  private String model;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 (default), bfloat16, int8 or float64")
  public String dtype;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu (default), cuda or cuda:N")
  String device;

  @Mixin public EngineChoice engine;

  @Mixin ThreadOptions threads;

  /** Where it lies: what {@code --model} says, else the model that comes along. */
  public String model() {
    if (model == null) {
      command
          .commandLine()
          .getErr()
          .printf(
              "gss: %s, the model that comes along, as there is no --model%n", SampleModel.NAME);
      model = SampleModel.directory().toString();
    }
    return model;
  }

  /** Looks at the model, which is fetched first where it lies on the hub. */
  public StoredModel open() {
    return Models.open(model(), command.commandLine().getErr());
  }

  /** Loads it, with its tokenizer. */
  public GssModel load(StoredModel stored) {
    return GssModel.load(stored, engine.apply(LoadOptions.defaults().with(options())));
  }

  /** Loads its weights alone, into the engine that was chosen. */
  public InferenceModel weights(StoredModel stored) {
    return Engine.choose(engine.name(), stored.config(), options()).load(stored, options());
  }

  private EngineOptions options() {
    return new EngineOptions(dtype, device, threads.count());
  }
}
