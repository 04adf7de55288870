package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.torch.TorchModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss bench stream}. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Reads a long stream of tokens block by block into the state of new models (gss, mhesa, and"
            + " gss with attention): memory at the start and at the end, and what a token costs"
            + " early and late.")
final class StreamBench implements Callable<Integer> {
  private static final int NUM_TOKENS = 256;

  @Spec private CommandSpec spec;

  @Option(names = "--tokens", defaultValue = "1000000", description = "default: 1000000")
  private long tokens;

  @Option(names = "--block", defaultValue = "4096", description = "tokens a read (default 4096)")
  private int block;

  @Option(names = "--dim", defaultValue = "128", description = "the models' width (default 128)")
  private int dim;

  @Option(names = "--json", description = "print the results as a JSON array")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    List<ObjectNode> results = new ArrayList<>();
    for (Map.Entry<String, List<LayerConfig>> kind : stacks().entrySet()) {
      ModelConfig config = ModelConfig.of(NUM_TOKENS, dim, 1).withLayers(kind.getValue());
      try (TorchModel model = TorchModel.owning(LanguageModel.create(config, 1))) {
        results.add(new TokenStream(model, tokens, block).read().json(kind.getKey()));
      }
    }
    BenchResult.print(spec.commandLine().getOut(), json, results);
    return ExitCode.OK;
  }

  private static Map<String, List<LayerConfig>> stacks() {
    LayerConfig gss = new GssConfig(64, 64, true);
    LayerConfig mhesa = new MhesaConfig(8, 64);
    Map<String, List<LayerConfig>> stacks = new LinkedHashMap<>();
    stacks.put("gss", List.of(gss, gss));
    stacks.put("mhesa", List.of(mhesa, mhesa));
    stacks.put("hybrid", List.of(gss, AttentionConfig.PAPER));
    return stacks;
  }
}
