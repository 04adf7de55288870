package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.ModelOptions;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Speed;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss bench decode}. */
@Command(
    name = "decode",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Loads a model and reads given tokens one by one, logits computed, nothing sampled: load"
            + " time against plain reading of the file, memory against the weights' size, and"
            + " tokens per second, all streams together, as a share of what the measured read"
            + " bandwidth allows for one.")
final class DecodeBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @Option(names = "--tokens", defaultValue = "128", description = "tokens a round (default 128)")
  private int tokens;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "after three seconds of warm-up; the median counts (default 5)")
  private int rounds;

  @Option(
      names = "--streams",
      defaultValue = "1",
      paramLabel = "B",
      description = "sequences that are read together (default 1)")
  private int streams;

  @Option(
      names = "--prompt-len",
      defaultValue = "0",
      paramLabel = "TOKENS",
      description = "also the speed of reading a prompt of so many tokens at once")
  private int promptLen;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (tokens < 2 || rounds < 1) {
      throw new IllegalArgumentException(
          "--tokens is %d and --rounds is %d, expected at least 2 and 1".formatted(tokens, rounds));
    }
    BenchOptions.atLeastOne("streams", streams);
    if (promptLen < 0) {
      throw new IllegalArgumentException(
          "--prompt-len is %d, expected at least 0".formatted(promptLen));
    }
    StoredModel stored = model.open();
    List<Path> files = ReadSpeed.files(stored);
    Tensors.of(new long[1], 1); // libtorch's own loading is not the model's
    double readSeconds = Math.min(ReadSpeed.seconds(files), ReadSpeed.seconds(files));
    double bandwidth = ReadSpeed.bandwidth();
    long before = Speed.residentBytes();
    long start = System.nanoTime();
    try (InferenceModel loaded = model.weights(stored)) {
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      long peak = Speed.peakResidentBytes() - before;
      long bytes = loaded.bytes();
      ObjectNode result = BenchResult.empty();
      result.put("engine", model.engine.engine).put("dtype", model.dtype);
      result.put("streams", streams).put("file_bytes", ReadSpeed.bytes(files));
      result.put("read_seconds", readSeconds).put("load_seconds", loadSeconds);
      result.put("load_to_read", loadSeconds / readSeconds);
      result.put("weight_bytes", bytes).put("peak_memory_to_weights", (double) peak / bytes);
      decode(loaded, bandwidth, result);
      BenchResult.print(spec.commandLine().getOut(), json, List.of(result));
    }
    return ExitCode.OK;
  }

  private void decode(InferenceModel loaded, double bandwidth, ObjectNode result) {
    FixedTokens fixed = new FixedTokens(loaded, streams, FixedTokens.SHORT_PROMPT);
    fixed.warmUp(tokens);
    double rate = median(() -> fixed.decode(tokens).rate());
    long aToken = ReadSpeed.bytesAToken(loaded, model.dtype);
    result.put("tokens_per_second", rate).put("tokens_per_second_after_first", rate);
    result.put("weight_bytes_a_token", aToken);
    result.put("read_bandwidth_gb_per_second", bandwidth / 1e9);
    result.put("share_of_bandwidth", rate / streams * aToken / bandwidth);
    if (promptLen > 0) {
      FixedTokens prompt = new FixedTokens(loaded, 1, promptLen);
      prompt.warmUp(1);
      result.put(
          "prompt_tokens_per_second", median(() -> promptLen / prompt.decode(1).promptSeconds()));
    }
  }

  private double median(DoubleSupplier rate) {
    return BenchTimer.median(
        IntStream.range(0, rounds).mapToDouble(i -> rate.getAsDouble()).toArray());
  }
}
