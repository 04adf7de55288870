package io.github.gss4j.cli.convert;

import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss synthesize}. */
@Command(
    name = "synthesize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Writes a checkpoint of random weights in the size and layout of the published model"
            + " naxalpha/gated-state-space (2.83 GB), for measurements without the download.")
public final class SynthesizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "a new directory")
  private Path out;

  @Option(names = "--num-tokens", defaultValue = "50257", description = "default: 50257")
  private int numTokens;

  @Option(names = "--dim", defaultValue = "1600", description = "default: 1600")
  private int dim;

  @Option(names = "--depth", defaultValue = "24", description = "default: 24")
  private int depth;

  @Option(names = "--seed", defaultValue = "0", description = "the random seed")
  private long seed;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out)) {
      throw new IllegalArgumentException(out + " already exists: choose another --out");
    }
    ModelConfig config = ModelConfig.of(numTokens, dim, depth).withHead(false, true);
    Path file = out.resolve("model.pt");
    try (LanguageModel model = LanguageModel.create(config, seed)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Parameter p : model.parameters()) {
        tensors.put("net." + p.name(), p.value());
      }
      AtomicFile.write(file, aside -> TensorFiles.writePyTorch(aside, tensors));
    }
    // as published, with the comma that strict JSON refuses
    AtomicFile.write(
        out.resolve("config.json"),
        "{%n    \"num_tokens\": %d,%n    \"dim\": %d,%n    \"depth\": %d,%n}"
            .formatted(numTokens, dim, depth));
    spec.commandLine().getOut().println(file);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
