package io.github.gss4j.cli.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.ModelOptions;
import io.github.gss4j.cli.run.RunInputs;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.config.training.DataConfig;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.evaluation.SplitLoss;
import io.github.gss4j.files.OverwriteCheck;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss eval}. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures how well a model predicts a text: the mean negative log-likelihood of every token"
            + " after the first.")
public final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Text text;

  private static final class Text {
    @Option(
        names = "--data",
        paramLabel = "TEXT",
        description = "the held-out part of java, enwik8, a file or a directory")
    private String data;

    @Option(
        names = "--ids-file",
        paramLabel = "FILE",
        description = "a JSON array of token ids, or of equally long arrays")
    private Path idsFile;
  }

  @Option(
      names = "--glob",
      defaultValue = "",
      description = "which files of a directory or archive")
  private String glob;

  @Option(
      names = "--held-out",
      defaultValue = "0",
      paramLabel = "SHARE",
      description = "share of the text that was held out")
  private double heldOut;

  @Option(
      names = "--windows",
      paramLabel = "TOKENS",
      description =
          "also in windows of so many tokens, each from the zero state, beside the text read as one"
              + " stream")
  private Integer windows;

  @Option(
      names = "--far-repeats",
      description =
          "also apart: tokens that repeat something last read long ago (the 8 bytes that end with"
              + " them were read before, more than 1,000 bytes ago), and the rest")
  private boolean farRepeats;

  @Option(
      names = "--logits",
      paramLabel = "FILE.safetensors",
      description = "also write the ids and logits of --ids-file, to compare with other programs")
  private Path logits;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (text.idsFile != null && !(glob.isEmpty() && heldOut == 0)) {
      throw new IllegalArgumentException("--glob and --held-out go with --data: leave them out");
    }
    if (text.idsFile != null && (windows != null || farRepeats)) {
      throw new IllegalArgumentException(
          "--windows and --far-repeats go with --data: leave them out");
    }
    if (text.idsFile == null && logits != null) {
      throw new IllegalArgumentException("--logits goes with --ids-file: leave it out");
    }
    if (logits != null) {
      OverwriteCheck.check(logits, IdsFile.MARK);
    }
    List<long[]> sequences = text.idsFile == null ? List.of() : IdsFile.read(text.idsFile);
    StoredModel stored = model.open();
    try (GssModel loaded = model.load(stored)) {
      Tokenizer tokenizer = loaded.tokenizer().orElse(null);
      Evaluator evaluator = new Evaluator(loaded.model(), tokenizer);
      if (text.idsFile != null) {
        Evaluator.Result result = evaluator.sequences(sequences);
        if (logits != null) {
          IdsFile.writeLogits(loaded.model(), sequences, logits);
        }
        return print(result, null, null);
      } else if (tokenizer == null) {
        throw new IllegalArgumentException(
            "the model names no tokenizer: give --ids-file instead of --data");
      } else {
        try (TokenStore ids =
            RunInputs.texts().heldOut(new DataConfig(text.data, glob, heldOut), tokenizer)) {
          SplitLoss split = farRepeats ? evaluator.farRepeats(ids, share -> {}) : null;
          Evaluator.Result stream = split == null ? evaluator.whole(ids, share -> {}) : split.all();
          Evaluator.Result apart =
              windows == null ? null : evaluator.windows(ids, windows, share -> {});
          return print(stream, split, apart);
        }
      }
    }
  }

  /**
   * Prints what was found.
   *
   * @param split null where it was not asked for
   * @param apart in windows; null where it was not asked for
   */
  private int print(Evaluator.Result stream, SplitLoss split, Evaluator.Result apart)
      throws IOException {
    var stdout = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = json(stream);
      if (split != null) {
        object.set("far_repeats", json(split.far()).put("share", split.farShare()));
        object.set("rest", json(split.rest()));
      }
      if (apart != null) {
        object.set("windows", json(apart).put("length", windows));
      }
      JsonOutput.print(stdout, object);
    } else {
      stdout.println((split == null && apart == null ? "" : "one stream: ") + line(stream));
      if (split != null) {
        stdout.printf(
            Locale.ROOT,
            "far repeats, %.2f %% of it: %s%nthe rest: %s%n",
            100 * split.farShare(),
            line(split.far()),
            line(split.rest()));
      }
      if (apart != null) {
        stdout.printf(Locale.ROOT, "windows of %,d: %s%n", windows, line(apart));
      }
    }
    stdout.flush();
    return ExitCode.ofLoss(stream.loss(), spec.commandLine().getErr());
  }

  private static ObjectNode json(Evaluator.Result result) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    if (result.tokens() > 0) {
      object.put("loss", result.loss()).put("perplexity", result.perplexity());
    }
    if (result.bytes() > 0) {
      object.put("bits_per_byte", result.bitsPerByte()).put("bytes", result.bytes());
    }
    return object.put("tokens", result.tokens());
  }

  private static String line(Evaluator.Result result) {
    if (result.tokens() == 0) {
      return "no tokens";
    }
    return String.format(
        Locale.ROOT,
        "loss %.9f nats per token, perplexity %.4f%s over %,d tokens",
        result.loss(),
        result.perplexity(),
        result.bytes() > 0
            ? String.format(Locale.ROOT, ", %.5f bits per byte", result.bitsPerByte())
            : "",
        result.tokens());
  }
}
