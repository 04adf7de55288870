package io.github.gss4j.cli.convert;

import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.StateSpaceInit.TwoScale;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  @Option(
      names = "--state",
      defaultValue = "512",
      paramLabel = "N",
      description = "modes of a state space (default: 512)")
  private int state;

  @Option(
      names = "--kernel-dim",
      defaultValue = "256",
      paramLabel = "H",
      description = "channels of a state space (default: 256)")
  private int kernelDim;

  @Option(
      names = "--slow-modes",
      defaultValue = "0",
      paramLabel = "M",
      description = "so many of the modes remember 100,000 to a million tokens (default: 0)")
  private int slowModes;

  @Option(names = "--seed", defaultValue = "0", description = "the random seed")
  private long seed;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out)) {
      throw new IllegalArgumentException(out + " already exists: choose another --out");
    }
    GssConfig layer = new GssConfig(state, kernelDim, true);
    if (slowModes != 0) {
      TwoScale slow = TwoScale.of(slowModes).withTau(1e5, 1e6).withSlowC(1);
      layer = layer.with(slow, false, false);
    }
    ModelConfig config =
        ModelConfig.of(numTokens, dim, depth)
            .withLayers(Collections.nCopies(depth, layer))
            .withHead(false, true);
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
        Stream.of(
                "\"num_tokens\": " + numTokens,
                "\"dim\": " + dim,
                "\"depth\": " + depth,
                "\"dss_kernel_N\": " + state,
                "\"dss_kernel_H\": " + kernelDim,
                slowModes == 0 ? "" : "\"init\": \"two_scale\"",
                slowModes == 0 ? "" : "\"slow_modes\": " + slowModes)
            .filter(line -> !line.isEmpty())
            .map(line -> "    " + line + ",\n")
            .collect(Collectors.joining("", "{\n", "}")));
    spec.commandLine().getOut().println(file);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
