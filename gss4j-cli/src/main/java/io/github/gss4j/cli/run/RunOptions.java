package io.github.gss4j.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.options.AttachedText;
import io.github.gss4j.cli.options.JsonFile;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.TrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The settings of a training run. Each flag stands in a config file under its own name with
 * underscores: {@code --seq-len 512} is {@code "seq_len": 512}. A flag wins over the file.
 */
public final class RunOptions {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TrainConfig byDefault;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "TEXT",
      description =
          "java (default), enwik8, a file or directory of text, of documents (.jsonl, .json.gz,"
              + " .parquet …) or prepared; urls:FILE; hf:datasets/OWNER/NAME/FILES")
  String data;

  @Option(
      names = "--tokenizer",
      paramLabel = "NAME",
      description =
          "bytes (default), gpt2, the path of a tokenizer.json, or bpe:N, which learns N tokens from"
              + " the text")
  String tokenizer;

  @Mixin TextOptions text;

  @Option(
      names = "--stream",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "read documents during training")
  Boolean stream;

  @Option(
      names = "--shuffle-buffer",
      paramLabel = "N",
      description = "documents that a stream is shuffled among")
  Integer shuffleBuffer;

  @Option(names = "--dim", description = "width of the residual stream")
  Integer dim;

  @Option(names = "--depth", description = "number of layers")
  Integer depth;

  @Option(
      names = "--dim-expansion-factor",
      paramLabel = "X",
      description = "width of the gated space as a multiple of --dim")
  Double expansion;

  @Mixin LayerOptions layers;

  @Option(
      names = "--tie-embeddings",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "tie the output matrix to the embedding")
  Boolean tieEmbeddings;

  @Option(
      names = "--final-norm",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "LayerNorm before the logits")
  Boolean finalNorm;

  @Mixin ObjectiveOptions objective;

  @Mixin StepOptions steps;

  @Option(names = "--accumulate", description = "micro-batches per step")
  Integer accumulate;

  @Option(
      names = "--accumulation",
      paramLabel = "mean|sum",
      description = "how their gradients are combined")
  String accumulation;

  @Option(names = "--seq-len", description = "tokens per sequence")
  Integer seqLen;

  @Mixin OptimizerOptions optimizer;

  @Option(
      names = "--checkpoint-layers",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "compute layers again in the backward pass: less memory, more time")
  Boolean checkpointLayers;

  @Mixin StateOptions states;

  @Option(
      names = "--start-from",
      paramLabel = "MODEL",
      description = "start from a model's weights: a path, or hf:OWNER/NAME")
  String startFrom;

  @Option(
      names = "--add-modes",
      paramLabel = "N",
      description = "slow modes more in each state space of --start-from, silent at first")
  Integer addModes;

  @Option(
      names = "--embeddings-from",
      paramLabel = "FILE",
      description = "copy token embeddings from another model, such as hf:openai-community/gpt2")
  String embeddingsFrom;

  @Option(
      names = "--freeze",
      paramLabel = "NAMES",
      description = "parameters that stay as they are, such as token_emb,to_logits")
  String freeze;

  @Option(
      names = "--lr-groups",
      paramLabel = "NAME=LR,…",
      description = "other learning rates, such as token_emb=1e-5,dss=1e-4")
  String lrGroups;

  @Option(
      names = "--eval-every",
      paramLabel = "STEPS",
      description = "quick evaluations; 0: at the end only")
  Long evalEvery;

  @Option(
      names = "--eval-tokens",
      paramLabel = "N",
      description = "held-out tokens of a quick evaluation")
  Long evalTokens;

  @Option(
      names = "--save-every",
      paramLabel = "STEPS",
      description = "checkpoints; 0: at the end only")
  Long saveEvery;

  @Option(
      names = "--sample-every",
      paramLabel = "STEPS",
      description = "samples; 0: at the end only")
  Long sampleEvery;

  @Option(
      names = "--prompt",
      preprocessor = AttachedText.class,
      converter = AttachedText.class,
      paramLabel = "TEXT",
      description = "what samples start from")
  String prompt;

  @Option(
      names = "--sample-temperature",
      paramLabel = "X",
      description = "of samples; 0 takes the likeliest token")
  Double sampleTemperature;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "newest checkpoints to keep; the best is kept too")
  Integer keep;

  @Option(
      names = "--max-bad-steps",
      paramLabel = "N",
      description = "steps in a row whose loss is not finite, which are skipped, that end the run")
  Integer maxBadSteps;

  @Option(
      names = "--ema",
      paramLabel = "DECAY",
      description = "average the weights, such as 0.999; 0 is off")
  Double ema;

  @Option(
      names = "--watch-every",
      paramLabel = "STEPS",
      description = "measures each layer's gradient and update; 0 is off")
  Long watchEvery;

  /**
   * The flags of a command.
   *
   * @param byDefault what holds where none is given, which help says
   */
  public RunOptions(TrainConfig byDefault) {
    this.byDefault = byDefault;
  }

  @Spec(Spec.Target.SELF)
  void showDefaults(CommandSpec mixin) {
    ObjectNode defaults = byDefault.toJson();
    for (OptionSpec option : List.copyOf(mixin.options())) {
      String text = defaults.path(key(option)).asText().replaceFirst("\\.0$", "");
      String description = String.join("", option.description());
      mixin.remove(option);
      mixin.addOption(
          text.isBlank() || description.contains("default")
              ? option
              : option.toBuilder().description(description + " (default: " + text + ")").build());
    }
  }

  /** The flags that were given, over what a config file says. */
  public ObjectNode overlay(ObjectNode file) {
    ObjectNode merged = file.deepCopy();
    ParseResult parsed = command.commandLine().getParseResult();
    optimizer.leaveOut(merged);
    given(parsed, command.mixins().get("run").options(), merged);
    return merged;
  }

  /** Puts the flags that were given, of some, into settings. */
  public static void given(
      ParseResult parsed, Collection<OptionSpec> options, ObjectNode settings) {
    for (OptionSpec option : options) {
      if (parsed.hasMatchedOption(option)) {
        settings.set(key(option), JSON.valueToTree(option.getValue()));
      }
    }
  }

  /** The key under which a flag stands in a config file. */
  public static String key(OptionSpec option) {
    String name = option.longestName().substring(2).replace('-', '_');
    return name.startsWith("dss_kernel_") ? name : name.toLowerCase(Locale.ROOT);
  }

  /** Reads a config file; comments are allowed. */
  public static ObjectNode read(Path file) throws IOException {
    if (JsonFile.read(file) instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException(file + ": expected a JSON object { … }");
  }

  /** Parses merged settings; messages name the file where one was given. */
  public static TrainConfig parse(ObjectNode merged, String where, TrainConfig byDefault) {
    return TrainConfig.from(new JsonFields(where, merged), byDefault);
  }
}
