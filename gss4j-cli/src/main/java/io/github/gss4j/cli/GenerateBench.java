package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.torch.TorchModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gss bench generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Reads a prompt of random tokens with a new model and writes on from it: the time of the"
            + " prompt, and tokens a second after the first as a share of what the measured read"
            + " bandwidth allows.")
final class GenerateBench implements Callable<Integer> {
  /** The published package's {@code filter_thres}. */
  private static final double FILTER_THRES = 0.9;

  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Override
  public Integer call() throws IOException {
    options.begin();
    if (options.written < 2) {
      throw new IllegalArgumentException(
          "--new is %d, expected at least 2: the first token waits for the prompt"
              .formatted(options.written));
    }
    ObjectNode result = options.result("generate");
    try (LanguageModel model =
            LanguageModel.of(
                options.model(),
                Init.random(BenchOptions.SEED),
                Precision.forInference(options.dtype),
                Tensors.device("cpu"));
        TorchModel engine = TorchModel.of(model)) {
      TextGenerator generator = new TextGenerator(engine, null);
      int[] prompt =
          Arrays.stream(options.randomIds(options.promptLen)).mapToInt(id -> (int) id).toArray();
      List<Speed> speeds = new ArrayList<>();
      BenchTimer.measure(
          options.repeats, options.written, result, () -> speeds.add(write(generator, prompt)));
      List<Speed> measured = speeds.subList(1, speeds.size()); // without the warm-up
      double rate = median(measured, speed -> speed.tokensPerSecond(options.written));
      result.put("tokens_per_second_after_first", rate);
      result.put("prompt_seconds", median(measured, Speed::secondsToFirst));
      double bandwidth = ReadSpeed.bandwidth();
      long bytes = ReadSpeed.bytesAToken(model);
      result.put("weight_bytes_a_token", bytes);
      result.put("read_bandwidth_gb_per_second", bandwidth / 1e9);
      result.put("share_of_bandwidth", rate * bytes / bandwidth);
    }
    BenchResult.print(spec.commandLine().getOut(), options.json, List.of(result));
    return Gss.OK;
  }

  private Speed write(TextGenerator generator, int[] prompt) {
    Sampling sampling =
        Sampling.seeded(BenchOptions.SEED).withTopK(Sampling.topKOf(FILTER_THRES, options.vocab));
    Speed speed = new Speed();
    generator.generate(
        List.of(prompt),
        GenerationOptions.of(options.written, sampling),
        (sequence, id, text) -> speed.token());
    speed.end();
    return speed;
  }

  private static double median(List<Speed> speeds, ToDoubleFunction<Speed> figure) {
    return BenchTimer.median(speeds.stream().mapToDouble(figure).toArray());
  }
}
