package io.github.gss4j.cli.convert;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.cli.options.ByteSize;
import io.github.gss4j.cli.options.Models;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.weights.ModelConversion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gss convert}. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Writes a model in another form: a .pt file, a .safetensors file, or a directory as the"
            + " Hugging Face hub has them, with config, tokenizer and model card.")
public final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FROM",
      description = "a model's file or directory, a run's directory, or hf:OWNER/NAME")
  private String from;

  @Parameters(
      index = "1",
      paramLabel = "TO",
      description = "FILE.pt, FILE.safetensors, or a new directory")
  private Path to;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "float32, float16, bfloat16 or float64 (default: as in FROM)")
  private String dtype;

  @Option(
      names = "--allow-overflow",
      description =
          "write values that TYPE cannot hold as infinities; without it they are an error that"
              + " names the tensors")
  private boolean allowOverflow;

  @Option(
      names = "--shard-size",
      paramLabel = "SIZE",
      description = "most bytes of a file of a directory, such as 500MB or 5GB (default: one file)")
  private String shardSize;

  @Option(
      names = "--prefix",
      defaultValue = "",
      paramLabel = "TEXT",
      description = "put before all names, such as net. for the published wrapper")
  private String prefix;

  @Mixin private CardOptions card;

  @Override
  public Integer call() throws IOException {
    Optional<TensorType> type = Optional.ofNullable(dtype).map(ConvertCommand::type);
    long shard = shardSize == null ? Long.MAX_VALUE : ByteSize.parse("--shard-size", shardSize);
    card.check();
    boolean file = to.toString().endsWith(".pt") || to.toString().endsWith(".safetensors");
    if (file && (shardSize != null || card.given())) {
      throw new IllegalArgumentException(
          (shardSize != null ? "--shard-size" : "a model card")
              + " needs a directory as TO, found "
              + to);
    }
    StoredModel stored = Models.open(from, spec.commandLine().getErr());
    try (Tokenizer tokenizer = Models.tokenizer(stored)) {
      ModelConfig config =
          tokenizer == null ? stored.config() : stored.config().withTokenizer(tokenizer.name());
      ModelConversion target = new ModelConversion(stored, config, type, prefix, allowOverflow);
      if (file) {
        target.toFile(to);
      } else {
        target.toDirectory(to, shard, directory -> addTo(directory, stored, config, tokenizer));
      }
    }
    spec.commandLine().getOut().println(to);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private void addTo(Path directory, StoredModel stored, ModelConfig config, Tokenizer tokenizer)
      throws IOException {
    if (tokenizer != null) {
      tokenizer.save(directory);
    }
    new ModelCard(stored, config, card)
        .write(directory, to.toAbsolutePath().normalize().getFileName().toString());
  }

  private static TensorType type(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32" -> TensorType.F32;
      case "float16" -> TensorType.F16;
      case "bfloat16" -> TensorType.BF16;
      case "float64" -> TensorType.F64;
      default ->
          throw new IllegalArgumentException(
              "--dtype is '" + name + "', expected float32, float16, bfloat16 or float64");
    };
  }
}
