package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.torch.TorchModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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
        "Loads a model and writes tokens one by one: load time against plain reading of the file,"
            + " memory against the weights' size, and tokens a second as a share of what the"
            + " measured read bandwidth allows.")
final class DecodeBench implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @Option(names = "--tokens", defaultValue = "24", description = "tokens a round (default 24)")
  private int tokens;

  @Option(names = "--rounds", defaultValue = "3", description = "the best of so many (default 3)")
  private int rounds;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (tokens < 2 || rounds < 1) {
      throw new IllegalArgumentException(
          "--tokens is %d and --rounds is %d, expected at least 2 and 1".formatted(tokens, rounds));
    }
    StoredModel stored = model.open();
    List<Path> files = ReadSpeed.files(stored);
    Tensors.of(new long[1], 1); // libtorch's own loading is not the model's
    double readSeconds = Math.min(ReadSpeed.seconds(files), ReadSpeed.seconds(files));
    long before = Speed.residentBytes();
    long start = System.nanoTime();
    try (TorchModel engine = model.torch(stored)) {
      LanguageModel loaded = engine.languageModel();
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      long peak = Speed.peakResidentBytes() - before;
      ObjectNode result = BenchResult.empty();
      long bytes = loaded.parameters().stream().mapToLong(Parameter::bytes).sum();
      result.put("dtype", model.dtype).put("file_bytes", ReadSpeed.bytes(files));
      result.put("read_seconds", readSeconds).put("load_seconds", loadSeconds);
      result.put("load_to_read", loadSeconds / readSeconds);
      result.put("weight_bytes", bytes).put("peak_memory_to_weights", (double) peak / bytes);
      decode(engine, result);
      BenchResult.print(spec.commandLine().getOut(), json, List.of(result));
    }
    return Gss.OK;
  }

  private void decode(TorchModel engine, ObjectNode result) {
    long aToken = ReadSpeed.bytesAToken(engine.languageModel());
    double bandwidth = 0;
    double rate = 0;
    TextGenerator generator = new TextGenerator(engine, null);
    for (int round = 0; round < rounds; round++) {
      bandwidth = Math.max(bandwidth, ReadSpeed.bandwidth());
      Speed speed = new Speed();
      GenerationOptions options = GenerationOptions.of(tokens, Sampling.greedy());
      generator.generate(List.of(new int[] {0}), options, (s, id, text) -> speed.token());
      speed.end();
      rate = Math.max(rate, speed.tokensPerSecond(tokens));
    }
    result.put("tokens_per_second", rate).put("weight_bytes_a_token", aToken);
    result.put("read_bandwidth_gb_per_second", bandwidth / 1e9);
    result.put("share_of_bandwidth", rate * aToken / bandwidth);
  }
}
