package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.EngineChoice;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss bench generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Reads a prompt with a new model, then given tokens one by one, logits computed, nothing"
            + " sampled: the time of the prompt, and tokens per second after it, of all streams"
            + " together, as a share of what the measured read bandwidth allows for one.")
final class GenerateBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Mixin private EngineChoice engine;

  @Option(
      names = "--streams",
      defaultValue = "1",
      paramLabel = "B",
      description = "sequences that are read together (default 1)")
  private int streams;

  @Override
  public Integer call() throws IOException {
    options.begin(List.of("float32", "bfloat16", "int8"));
    BenchOptions.atLeastOne("streams", streams);
    EngineOptions how = new EngineOptions(options.dtype, "cpu", options.threads);
    Engine chosen = Engine.choose(engine.name(), options.model(), how);
    ObjectNode result = options.result("generate");
    result.put("engine", chosen.name()).put("streams", streams);
    double bandwidth = ReadSpeed.bandwidth();
    Path file = newModel();
    try (InferenceModel model = chosen.load(StoredModel.open(file), how)) {
      new FixedTokens(model, streams, FixedTokens.SHORT_PROMPT).warmUp(options.written);
      FixedTokens fixed = new FixedTokens(model, streams, options.promptLen);
      List<FixedTokens.Times> times = new ArrayList<>();
      BenchTimer.measure(
          options.repeats,
          (long) streams * options.written,
          result,
          () -> times.add(fixed.decode(options.written)));
      List<FixedTokens.Times> measured = times.subList(1, times.size()); // without the warm-up
      double rate = median(measured, FixedTokens.Times::rate);
      result.put("tokens_per_second_after_first", rate);
      result.put("prompt_seconds", median(measured, FixedTokens.Times::promptSeconds));
      long bytes = ReadSpeed.bytesAToken(model, options.dtype);
      result.put("weight_bytes_a_token", bytes);
      result.put("read_bandwidth_gb_per_second", bandwidth / 1e9);
      result.put("share_of_bandwidth", rate / streams * bytes / bandwidth);
    } finally {
      delete(file);
    }
    BenchResult.print(spec.commandLine().getOut(), options.json, List.of(result));
    return ExitCode.OK;
  }

  /** A model of random weights, as a file that every engine reads. */
  private Path newModel() throws IOException {
    Path directory = Files.createTempDirectory("gss-bench");
    try (LanguageModel model =
        LanguageModel.of(
            options.model(),
            Init.random(BenchOptions.SEED),
            Precision.FLOAT32,
            Tensors.device("cpu"))) {
      PretrainedModel.save(model, directory, Map.of());
    }
    return directory;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static double median(
      List<FixedTokens.Times> times, ToDoubleFunction<FixedTokens.Times> figure) {
    return BenchTimer.median(times.stream().mapToDouble(figure).toArray());
  }
}
