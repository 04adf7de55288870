package io.github.gss4j.cli.options;

import io.github.gss4j.LoadOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which engine runs a model. */
public final class EngineChoice {
  private static final String AUTO = "auto";

  @Option(
      names = "--engine",
      defaultValue = AUTO,
      paramLabel = "ENGINE",
      description =
          "java, torch, or auto (default): java for float32, bfloat16 and int8 on a CPU where Java"
              + " has its Vector API, else torch")
  public String engine;

  /** Its name; empty where the first choice is taken. */
  public Optional<String> name() {
    return engine.equals(AUTO) ? Optional.empty() : Optional.of(engine);
  }

  LoadOptions apply(LoadOptions options) {
    return name().map(options::withEngine).orElse(options);
  }
}
